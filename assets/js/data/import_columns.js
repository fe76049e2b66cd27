// Which column is what, and what labels that are words mean.

import { button } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { choiceList, optionRow } from "./import_options.js";
import { sideRows } from "./import_sides.js";
import { templateRow } from "./import_template.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

/** @type {[key: "query" | "passage" | "label" | "split" | "annotator", word: string, empty: string][]} */
const ROLES = [
  ["query", "Query", "choose"],
  ["passage", "Passage", "choose"],
  ["label", "Label", "none"],
  ["split", "Split", "none"],
  ["annotator", "Annotator", "none"],
];
/** Formats that define their own columns. */
const TOOLS = [
  ...["beir", "trec", "trec-run", "label-studio", "argilla", "prodigy", "quepid-book"],
  ...["squad", "tat-qa", "id-lists"],
];
/** What words usually mean: offered, and changed by the user where they mean something else. */
const USUAL = [
  ["irrelevant", "i", "not relevant", "no", "bad", "not duplicate", "negative"],
  ["complement", "c", "partially relevant", "relevant", "yes", "good", "duplicate", "positive"],
  ["substitute", "s", "highly relevant"],
  ["exact", "e", "perfectly relevant"],
];

/**
 * The choice of the columns of a file, and of what labels in words mean.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 * @param {string[]} columns
 */
export function drawColumns(panel, state, columns) {
  const fixed = state.plan && TOOLS.includes(state.plan.format ?? "");
  const roles = ROLES.map((role) => [
    roleRow(panel, state, columns, role),
    role[0] === "passage" && templateRow(panel, state, columns),
  ]);
  const note = h("p.rr-muted", `This format (${state.plan?.format}) defines its own columns.`);
  return h(
    "div.rr-import-side",
    h("h3", "Columns"),
    fixed ? note : [...roles, ...sideRows(panel, state, columns)],
    labelMeanings(panel, state),
  );
}

/**
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 * @param {string[]} columns
 * @param {typeof ROLES[number]} role
 */
function roleRow(panel, state, columns, [key, word, empty]) {
  const value = state.plan?.[key] ?? panel.answers[key]?.toString();
  const options = value && !columns.includes(value) ? [...columns, value] : columns;
  const names = options.map((column) => {
    const text = column.length > 40 ? `${column.slice(0, 39)}…` : column;
    return /** @type {[string, string]} */ ([column, text]);
  });
  const set = (/** @type {string} */ column) =>
    panel.readAgain({ [key]: column || null, ...besides(panel, key, column, value) });
  return optionRow(word, choiceList([["", empty], ...names], value, set, word));
}

/**
 * What else changes with the column of a role: a template goes with its passage, and without a
 * label the column that was taken for it is ignored.
 * @param {ImportPanel} panel
 * @param {string} key
 * @param {string} column
 * @param {string | undefined} before
 */
function besides(panel, key, column, before) {
  if (key === "passage") return { passage_template: null };
  if (key !== "label") return {};
  const ignore = (panel.answers.ignore ?? []).filter((one) => one !== column);
  return { ignore: column || !before ? ignore : [...ignore, before] };
}

/**
 * For labels that are words: a number for each.
 * @param {ImportPanel} panel
 * @param {ReadOrRefused} state
 */
function labelMeanings(panel, state) {
  const words = (state.labels || []).filter(([word]) => isName(word));
  const few = state.report?.bad_label && words.length <= 12;
  const needsMeanings = state.asks === "labels" || panel.answers.map_label || few;
  if (!words.length || !needsMeanings) return null;
  const fields = words.slice(0, 20).map(([word, count]) => {
    const usual = USUAL.findIndex((words) => words.includes(word.toLowerCase()));
    const value = panel.answers.map_label?.[word] ?? (usual < 0 ? "" : usual);
    const number = {
      type: "number",
      step: "any",
      min: 0,
      value,
      "aria-label": `Label for ${word}`,
    };
    const field = h("input.rr-field", number);
    const name = h("span.rr-cut", { title: word }, `${word} (${formatInt(count)})`);
    return { word, field, row: h("label.rr-map-row", name, field) };
  });
  const use = () => {
    const filled = fields.filter(({ field }) => field.value !== "");
    const meanings = filled.map(({ word, field }) => [word, Number(field.value)]);
    panel.readAgain({ map_label: Object.fromEntries(meanings) });
  };
  const rows = fields.map(({ row }) => row);
  const title = h("h3", "Map label values");
  return h("div.rr-classes", title, rows, button("Apply", use, { kind: "small" }));
}

/**
 * Whether a label is a name, not a number or a truth value.
 * @param {string} word
 */
function isName(word) {
  const number = /^[-+]?[\d.,]+(e[-+]?\d+)?$/i;
  return word !== "" && !number.test(word) && !/^(true|false)$/i.test(word);
}
