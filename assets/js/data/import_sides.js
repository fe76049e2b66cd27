// Columns of an import that hold one side only, and those that are not read.

import { linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt, oneLine, plural } from "../lib/format.js";
import { icon } from "../lib/icons.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

/**
 * Which columns hold relevant passages and which irrelevant ones.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 * @param {string[]} columns
 */
export function sideRows(panel, state, columns) {
  if (columns.length < 3) return [];
  const positive = state.plan?.positives ?? [];
  const negative = state.plan?.negatives ?? [];
  const set = (/** @type {Partial<ReadingAnswers>} */ changed) =>
    panel.readAgain({ positive, negative, ...changed });
  return [
    sideChoice("Positives", positive, columns, (chosen) => set({ positive: chosen })),
    sideChoice("Negatives", negative, columns, (chosen) => set({ negative: chosen })),
  ];
}

/**
 * @param {string} label
 * @param {string[]} chosen
 * @param {string[]} columns
 * @param {(chosen: string[]) => unknown} set
 */
function sideChoice(label, chosen, columns, set) {
  const boxes = columns.map((column) => {
    const checked = chosen.includes(column);
    const name = `${label}: ${column}`;
    const box = h("input", { type: "checkbox", checked, "aria-label": name });
    box.addEventListener("change", () => set(toggled(chosen, column, box.checked)));
    return h("label.rr-check", box, h("span.rr-cut", { title: column }, column));
  });
  const title = chosen.length ? `${label}: ${chosen.join(", ")}` : `${label}: none`;
  return h("details.rr-column-sides", { open: chosen.length > 0 }, h("summary", title), boxes);
}

/**
 * @param {string[]} chosen
 * @param {string} column
 * @param {boolean} on
 */
function toggled(chosen, column, on) {
  return on ? [...chosen, column] : chosen.filter((one) => one !== column);
}

/**
 * Columns that may hold passages or labels of the pairs.
 * @param {ReadOrRefused} state
 */
export function askedColumns({ unread = [] }) {
  return unread.filter(({ asks }) => asks);
}

/** @param {UnreadJson} column */
function held({ cells, holds, example }) {
  const sample = example ? `, such as “${oneLine(example)}”` : "";
  if (holds === "scores")
    return ` has scores of a model, not labels (${formatInt(cells)}${sample})`;
  if (holds === "ranks") return ` has positions in a list, not labels (${formatInt(cells)})`;
  return ` has no passages or labels (${formatInt(cells)} ${holds}${sample})`;
}

/**
 * A column of texts that is not read has to be confirmed before anything is saved.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
export function unreadColumns(panel, state) {
  const unread = askedColumns(state);
  if (!unread.length) return null;
  const lines = unread.map((one) => {
    const box = h("input", { type: "checkbox", checked: panel.confirmed.has(one.column) });
    box.addEventListener("change", () => {
      if (box.checked) panel.confirmed.add(one.column);
      else panel.confirmed.delete(one.column);
      panel.show(state);
    });
    const text = h(
      "span.rr-cut",
      { dir: "auto", title: one.example },
      h("b", one.column),
      held(one),
    );
    const asLabels = () => panel.readAgain({ label: one.column });
    const use = one.holds === "scores" && linkButton("Read as labels", asLabels);
    return h("div.rr-unread-column", h("label.rr-check", box, text), use);
  });
  const sentence = h(
    "p.rr-grow",
    h("b", `${plural(unread.length, "column")} not read. `),
    unread.length === 1
      ? "Choose above what it holds, or confirm that it has no passages or labels."
      : "Choose above what they hold, or confirm that they have no passages or labels.",
  );
  const title = "Columns that are not read";
  const group = { role: "group", "aria-label": title };
  return h("div.rr-unread", group, h("div.rr-row", icon("warn"), sentence), lines);
}
