// The keys of the table of pairs.

import { openKeyHelp } from "../lib/dialog.js";
import { rights } from "./rights.js";

/**
 * Show the keys of the table of pairs.
 * @param {{ key: string, word: string }[]} answers of the scale
 */
export function openPairKeys(answers) {
  /** @type {[string, string][]} */
  const labels = answers.map(({ key, word }) => [key, `Label the pair or the selection: ${word}`]);
  openKeyHelp([
    ["/", "Search"],
    ["↑ ↓", "Pair above, below"],
    ["o", "Open the pair"],
    ...(rights.mayChange
      ? /** @type {[string, string][]} */ ([
          ["Enter", "Edit the text"],
          ["Space", "Select the pair"],
          ...labels,
          ["Ctrl Z", "Undo the last change"],
        ])
      : []),
  ]);
}
