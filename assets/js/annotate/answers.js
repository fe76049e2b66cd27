// The buttons that answer: one for each label of the scale.

import { keyMark } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { labelChip, scaleAnswers } from "../lib/labels.js";

/**
 * Buttons by value.
 * @param {Scale} scale
 * @param {(value: number) => void} give
 */
export function drawAnswers(scale, give) {
  const buttons = scaleAnswers(scale).map(({ value, key, word }) => {
    const positive = scale.kind === "binary" && value > 0;
    const properties = {
      type: "button",
      class: positive && "pos",
      "aria-keyshortcuts": key,
      onclick: () => give(value),
    };
    const text = h("span", word);
    const node = h("button.rr-an-answer", properties, look(scale, value), text, keyMark(key));
    return /** @type {[number, HTMLButtonElement]} */ ([value, node]);
  });
  return new Map(buttons);
}

/**
 * @param {Scale} scale
 * @param {number} value
 */
function look(scale, value) {
  if (scale.kind === "binary") return h("i", { class: value > 0 && "on" });
  return scale.kind === "graded" ? labelChip(value, scale).querySelector(".rr-pips") : null;
}
