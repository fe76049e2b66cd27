// What happened to a pair: who did what to it, when, and what it was before and after.

import { h } from "./dom.js";
import { formatDateTime, formatInt } from "./format.js";
import { labelChip } from "./labels.js";

/** @typedef {(event: PairEvent) => Child} Describe */

/**
 * What happened to a pair, as a list.
 * @param {PairEvent[]} events
 * @param {Scale} scale
 * @param {number} version of the guidelines
 */
export function pairEvents(events, scale, version) {
  const describe = descriptions(scale, version);
  const lines = events.map((event) => eventLine(event, describe));
  return h("ol.rr-an-history", lines);
}

/**
 * @param {PairEvent} event
 * @param {Record<string, Describe>} describe
 */
function eventLine(event, describe) {
  const unknown = () => [person(event.who), ` ${event.what}`];
  const text = (describe[event.what] ?? unknown)(event);
  const words = event.after?.note || event.after?.reason;
  const datetime = new Date(event.at * 1000).toISOString();
  return h(
    "li",
    h("time.rr-faint", { datetime }, formatDateTime(event.at)),
    h("span.rr-row.rr-grow", text),
    words ? h("span.rr-muted.rr-an-said", { dir: "auto" }, words) : null,
  );
}

/** @param {string | null} name */
function person(name) {
  return h("b", name);
}

/**
 * How each kind of event is described.
 * @param {Scale} scale
 * @param {number} newest version of the guidelines
 * @returns {Record<string, Describe>}
 */
function descriptions(scale, newest) {
  const chip = (/** @type {PairEvent["after"]} */ value, none = "skip") => {
    const label = value?.label;
    if (label !== null && label !== undefined) return labelChip(label, scale);
    const word = value?.cannot_tell ? "can't tell" : none;
    return h("span.rr-chip.none", value ? word : "none");
  };
  const change = (/** @type {PairEvent} */ { before, after }, none = "skip") => [
    before && [chip(before, none), h("span.rr-muted", { role: "img", "aria-label": "to" }, "→")],
    chip(after, none),
  ];
  const by =
    (/** @type {string} */ text) =>
    (/** @type {PairEvent} */ { who }) => [person(who), ` ${text}`];
  const changed =
    (/** @type {string} */ text, none = "left out") =>
    (/** @type {PairEvent} */ event) => [person(event.who), ` ${text}`, change(event, none)];
  const ofOther = (/** @type {string} */ text) => (/** @type {PairEvent} */ event) => {
    const annotator = (event.after ?? event.before)?.annotator ?? "";
    return [person(event.who), ` ${text} the label of `, person(annotator), change(event)];
  };
  const version = (/** @type {PairEvent} */ { after }) =>
    newest > 1 &&
    !!after?.guidelines_version &&
    h("span.rr-faint", `guidelines ${after.guidelines_version}`);
  return {
    came: (event) => [arrival(event), hasLabel(event.after) && [" with ", chip(event.after)]],
    annotate: (event) => [labelled(event, change), version(event)],
    "undo annotate": changed("reverted the label", "skip"),
    decide: changed("decided"),
    "undo decide": changed("reverted the decision"),
    "set label": changed("set the label"),
    "undo set label": changed("undid setting the label"),
    "move split": ({ who, before, after }) => [
      person(who),
      ` moved it from ${before?.split ?? "no split"} to ${after?.split}`,
    ],
    "undo move split": ({ who, after }) => [
      person(who),
      ` moved it back to ${after?.split ?? "no split"}`,
    ],
    "edit text": by("edited the text"),
    "undo edit text": by("undid the edit of the text"),
    "delete pairs": by("deleted it"),
    "undo delete pairs": by("restored it"),
    "add pair": by("added it"),
    "take back": ofOther("reverted"),
    "give back": ofOther("restored"),
  };
}

/** @param {PairEvent["after"]} value */
function hasLabel(value) {
  return value?.label !== null && value?.label !== undefined;
}

/** @param {PairEvent} event */
function arrival({ who, after }) {
  const line = after?.line ? `, line ${formatInt(after.line)}` : "";
  const from = after?.source ? ` from ${after.source}${line}` : "";
  return [who ? [person(who), " imported it"] : "Imported", from];
}

/**
 * @param {PairEvent} event
 * @param {(event: PairEvent) => Child} change
 */
function labelled(event, change) {
  const skipped = event.after?.label === null && !event.after.cannot_tell;
  const first = skipped ? " skipped" : " labelled";
  const verb = event.before ? " changed the label" : first;
  return [person(event.who), verb, event.before || !skipped ? change(event) : null];
}
