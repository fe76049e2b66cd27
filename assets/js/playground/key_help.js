// The keys of the Playground.

import { openKeyHelp } from "../lib/dialog.js";
import { scaleAnswers } from "../lib/labels.js";

/** @typedef {import("./view.js").View} View */

/**
 * Show the keys of the Playground.
 * @param {View} view
 */
export function openKeys(view) {
  const answers = view.mayLabel ? scaleAnswers(view.scale) : [];
  openKeyHelp([
    ["/", "Focus query"],
    ["j", "Next result"],
    ["k", "Previous result"],
    ["Enter", "Open the result"],
    ...answers.map(({ key, word }) => /** @type {[string, string]} */ ([key, `Label it: ${word}`])),
  ]);
}
