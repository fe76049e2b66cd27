// Annotators and shares of labels, as the review shows them.

import { h } from "../lib/dom.js";
import { initials } from "../lib/format.js";

/**
 * The initials and the name of an annotator.
 * @param {string} name
 */
export function personMark(name) {
  const avatar = h("span.rr-avatar.plain", { "aria-hidden": "true" }, initials(name));
  return h("span.rr-an-person", avatar, h("span.rr-cut", name));
}

/**
 * `81%` with its interval.
 * @param {number | null | undefined} value
 * @param {Interval | null} [interval]
 */
export function shareMark(value, interval) {
  if (value === null || value === undefined) return h("span.rr-muted", "–");
  const percent = (/** @type {number} */ share) => Math.round(100 * share);
  const within = interval && `${percent(interval[0])}–${percent(interval[1])}`;
  const range = within && h("span.rr-muted.rr-an-within", ` ${within}`);
  return h("span", `${percent(value)}%`, range);
}
