// Labels: as chips, and the answers that a scale offers.

import { h } from "./dom.js";
import { formatSigned } from "./format.js";
import { labelName, labelWord, lowest } from "./scales.js";

/** @type {Scale} */
export const BINARY = { kind: "binary", max: 1 };

/**
 * Whether a label is relevant on its scale.
 * @param {number | "disputed" | null | undefined} label
 * @param {Scale} [scale]
 */
export function isRelevant(label, { relevant_from: from } = BINARY) {
  if (typeof label !== "number") return false;
  return from === null || from === undefined ? label > 0 : label >= from;
}

/**
 * A label as a chip.
 * @param {number | "disputed" | null | undefined} label
 * @param {Scale} [scale]
 */
export function labelChip(label, scale = BINARY) {
  if (label === null || label === undefined) return h("span.rr-chip.none", "none");
  if (label === "disputed") return h("span.rr-chip.disputed", h("i"), "disputed");
  const name = nameOf(label, scale);
  if (scale.kind === "graded" && scale.max > 1) return gradeChip(label, scale, name);
  const text = scale.kind === "score" ? label.toFixed(2) : String(label);
  return h("span.rr-chip", { class: isRelevant(label, scale) && "pos" }, h("i"), text, name);
}

/**
 * @param {number} label
 * @param {Scale} scale
 */
function nameOf(label, scale) {
  const name = labelName(label, scale);
  return name && h("span.rr-chip-name", { title: labelWord(label, scale) }, name);
}

/**
 * @param {number} grade
 * @param {Scale} scale
 * @param {Child} name
 */
function gradeChip(grade, scale, name) {
  const part = (grade - lowest(scale)) / (scale.max - lowest(scale));
  const level = part <= 0 ? 0 : Math.max(1, Math.min(3, Math.round(3 * part)));
  const pips = [1, 2, 3].map((n) => h("b", { class: n <= level ? "on" : "" }));
  const image = h("span.rr-pips", { "aria-hidden": "true" }, pips);
  return h(
    "span.rr-chip",
    { class: `grade${isRelevant(grade, scale) ? level : 0}` },
    String(grade),
    name,
    image,
  );
}

/**
 * The answers that an annotator can give, each with its key ("" for one without) and its name.
 * @param {Scale} scale
 * @returns {{ value: number, key: string, word: string }[]}
 */
export function scaleAnswers(scale) {
  if (scale.kind === "score") {
    const values = [0, 0.25, 0.5, 0.75, 1].map((share) => share * scale.max);
    return values.map((value, at) => ({ value, key: String(at), word: String(value) }));
  }
  if (scale.kind === "graded") {
    const low = lowest(scale);
    const count = Math.min(scale.max === 10 ? 11 : 10, scale.max - low + 1);
    const values = Array.from({ length: count }, (_, at) => low + at);
    return values.map((value) => ({
      value,
      key: value < 10 ? String(value) : low > 0 ? "0" : "",
      word: labelName(value, scale) || `Grade ${value}`,
    }));
  }
  return ["Not relevant", "Relevant"].map((word, value) => {
    return { value, key: String(value), word: labelName(value, scale) || word };
  });
}

/**
 * The kind and the ends of a scale, in words.
 * @param {Scale} scale
 */
export function scaleName(scale) {
  return scale.kind === "binary" ? "binary" : `${scale.kind} ${lowest(scale)} to ${scale.max}`;
}

/**
 * The difference of two metrics, coloured as a gain or a loss.
 * @param {number | null | undefined} difference
 * @param {Interval | null} [interval] its 95% interval, inside of which it has no colour; null
 *   where it is not known
 */
export function deltaMark(difference, interval) {
  if (difference === null || difference === undefined) return h("span.rr-muted", "–");
  const [low, high] = interval === undefined ? [difference, difference] : (interval ?? [0, 0]);
  const gain = low > 0.0005 ? "rr-gain" : "rr-muted";
  const kind = high < -0.0005 ? "rr-loss" : gain;
  return h("span", { class: kind }, formatSigned(difference));
}
