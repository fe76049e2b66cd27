// The history of a pair: who did what to it, when, and what it was before and after.

import { errorBox, skeleton } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { labelChip } from "../lib/labels.js";

export const openPairHistory = async (A) => {
  const pair = A.review?.pair ? A.review.pair() : A.review ? null : A.current;
  if (!pair) return;
  const body = h("div", {}, skeleton(3));
  openDialog("History of this pair", body);
  const name = (who) => {
    const node = h("b");
    node.textContent = who;
    return node;
  };
  const words = (text) => {
    const node = h("span", { class: "rr-muted rr-an-said", dir: "auto" });
    node.textContent = text;
    return node;
  };
  const label = (value, none) =>
    value && value.label !== null && value.label !== undefined
      ? labelChip(value.label, A.stream.scale)
      : h("span", { class: "rr-chip none" }, value ? none : "none");
  const change = (one, none = "skip") => [
    one.before && label(one.before, none),
    one.before && h("span", { class: "rr-muted", role: "img", "aria-label": "to" }, "→"),
    label(one.after, none),
  ];
  const person = (one) => (one.after || one.before)?.annotator;
  const WHAT = {
    came: (one) => [
      one.who ? [name(one.who), " imported it"] : "It came",
      one.after.source ? ` from ${one.after.source}` : "",
      one.after.line ? `, line ${formatInt(one.after.line)}` : "",
      one.after.label !== null && one.after.label !== undefined ? [" with ", label(one.after)] : "",
    ],
    annotate: (one) => [
      name(one.who),
      one.before ? " changed the label" : one.after.label === null ? " skipped" : " labelled",
      one.before || one.after.label !== null ? change(one) : null,
      A.stream.guidelines.version > 1 && one.after.guidelines_version
        ? h("span", { class: "rr-faint" }, `guidelines ${one.after.guidelines_version}`)
        : null,
    ],
    "undo annotate": (one) => [name(one.who), " took the label back", change(one)],
    decide: (one) => [name(one.who), " decided", change(one, "left out")],
    "undo decide": (one) => [name(one.who), " took the decision back", change(one, "left out")],
    "set label": (one) => [name(one.who), " set the label", change(one, "left out")],
    "undo set label": (one) => [name(one.who), " undid setting the label", change(one, "left out")],
    "move split": (one) => [
      name(one.who),
      ` moved it from ${one.before.split ?? "no split"} to ${one.after.split}`,
    ],
    "undo move split": (one) => [
      name(one.who),
      ` moved it back to ${one.after.split ?? "no split"}`,
    ],
    "edit text": (one) => [name(one.who), " edited the text"],
    "undo edit text": (one) => [name(one.who), " undid the edit of the text"],
    "delete pairs": (one) => [name(one.who), " deleted it"],
    "undo delete pairs": (one) => [name(one.who), " brought it back"],
    "add pair": (one) => [name(one.who), " added it"],
    "take back": (one) => [
      name(one.who),
      " took back the label of ",
      name(person(one)),
      change(one),
    ],
    "give back": (one) => [
      name(one.who),
      " gave back the label of ",
      name(person(one)),
      change(one),
    ],
  };
  try {
    const told = await A.server.history({ pair: pair.id });
    fill(
      body,
      h(
        "ol",
        { class: "rr-an-history" },
        told.map((one) =>
          h(
            "li",
            {},
            h(
              "time",
              { class: "rr-faint", datetime: new Date(one.at * 1000).toISOString() },
              new Date(one.at * 1000).toLocaleString("en-GB", {
                dateStyle: "medium",
                timeStyle: "short",
              }),
            ),
            h(
              "span",
              { class: "rr-row rr-grow" },
              (WHAT[one.what] || (() => [name(one.who), ` ${one.what}`]))(one),
            ),
            one.after?.note || one.after?.reason ? words(one.after.note || one.after.reason) : null,
          ),
        ),
      ),
    );
  } catch (error) {
    fill(body, errorBox(error));
  }
};
