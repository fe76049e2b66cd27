// The label of a pair in a table.

import { h } from "../lib/dom.js";
import { labelChip } from "../lib/labels.js";

const WHY_HIDDEN =
  "Hidden from annotators: the test split is sealed, or the dataset is labelled blind";

/**
 * The effective label, "disputed", or that it is hidden from the user.
 * @param {{ state: PairState, effective: number | null }} pair
 * @param {Scale} scale
 */
export function pairChip(pair, scale) {
  if (pair.state === "hidden") return h("span.rr-chip.none", { title: WHY_HIDDEN }, "hidden");
  return labelChip(pair.state === "disputed" ? "disputed" : pair.effective, scale);
}
