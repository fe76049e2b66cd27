// Labels: as chips, and the answers that a scale offers.

import { h } from "./dom.js";
import { formatSigned } from "./format.js";

/** @type {Scale} */
export const BINARY = { kind: "binary", max: 1 };

/**
 * @param {number | "disputed" | null | undefined} label
 * @param {Scale} [scale]
 */
export function isRelevant(label, { relevant_from: from } = BINARY) {
  if (typeof label !== "number") return false;
  return from === null || from === undefined ? label > 0 : label >= from;
}

/**
 * @param {number | "disputed" | null | undefined} label
 * @param {Scale} [scale]
 */
export function labelChip(label, scale = BINARY) {
  if (label === null || label === undefined) return h("span.rr-chip.none", "none");
  if (label === "disputed") return h("span.rr-chip.disputed", h("i"), "disputed");
  if (scale.kind === "graded" && scale.max > 1) return gradeChip(label, scale.max);
  const text = scale.kind === "score" ? label.toFixed(2) : String(label);
  return h("span.rr-chip", { class: isRelevant(label, scale) && "pos" }, h("i"), text);
}

/**
 * @param {number} grade
 * @param {number} max
 */
function gradeChip(grade, max) {
  const level = grade <= 0 ? 0 : Math.max(1, Math.min(3, Math.round((3 * grade) / max)));
  const pips = [1, 2, 3].map((n) => h("b", { class: n <= level ? "on" : "" }));
  const image = h("span.rr-pips", { "aria-hidden": "true" }, pips);
  return h("span.rr-chip", { class: `grade${level}` }, String(grade), image);
}

/**
 * The answers that an annotator can give, each with its key.
 * @param {Scale} scale
 * @returns {{ value: number, key: string, word: string }[]}
 */
export function scaleAnswers(scale) {
  if (scale.kind === "score") {
    const values = [0, 0.25, 0.5, 0.75, 1].map((share) => share * scale.max);
    return values.map((value, at) => ({ value, key: String(at), word: String(value) }));
  }
  if (scale.kind === "graded") {
    const lowest = scale.min ?? 0;
    const count = Math.min(10, scale.max - lowest + 1);
    const values = Array.from({ length: count }, (_, at) => lowest + at);
    return values.map((value) => ({ value, key: String(value), word: `Grade ${value}` }));
  }
  return [
    { value: 0, key: "0", word: "Not relevant" },
    { value: 1, key: "1", word: "Relevant" },
  ];
}

/** @param {Scale} scale */
export function scaleName(scale) {
  return scale.kind === "binary" ? "binary" : `${scale.kind} ${scale.min ?? 0} to ${scale.max}`;
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
