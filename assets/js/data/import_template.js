// A passage made of several columns: the template, and the columns that can be added to it.

import { linkButton } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { menuButton } from "../lib/menu.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

/**
 * Below the choice of the passage's column.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 * @param {string[]} columns
 */
export function templateRow(panel, state, columns) {
  const passage = state.plan?.passage;
  const template = panel.answers.passage_template;
  if (!passage || columns.length < 2) return null;
  const set = (/** @type {string | null} */ text) => panel.readAgain({ passage_template: text });
  if (!template) {
    return h(
      "div.rr-template",
      linkButton("Combine columns", () => set(suggested(state))),
    );
  }
  const properties = { rows: 3, spellcheck: "false", "aria-label": "Passage template" };
  const field = h("textarea.rr-field.rr-mono", properties);
  field.value = template;
  field.addEventListener("change", () => set(field.value || null));
  const entries = () =>
    columns.map((text) => ({ text, act: () => set(`${field.value}\n{${escaped(text)}}`) }));
  const add = menuButton("Add a column", entries, { kind: "small" });
  const single = linkButton("Use one column", () => set(null));
  return h("div.rr-template", field, h("div.rr-row", add, single));
}

/**
 * The passage's column and the first column of texts that is not read yet.
 * @param {ReadOrRefused} state
 */
function suggested({ plan, unread = [] }) {
  const texts = unread.filter(({ holds }) => holds === "texts").map(({ column }) => column);
  const names = [plan?.passage ?? "", ...texts.slice(0, 1)];
  return names.map((name) => `{${escaped(name)}}`).join("\n");
}

/** @param {string} name of a column */
function escaped(name) {
  return name.replaceAll("{", "{{").replaceAll("}", "}}");
}
