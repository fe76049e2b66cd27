// How the file is read, where the guess is wrong.

import { h } from "../lib/dom.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */
/** @typedef {[value: string, text: string]} Choice */

/** @type {Choice[]} */
const FORMATS = [
  ["pairs", "labelled pairs"],
  ["triplets", "triplets, n-tuples"],
  ["lists", "lists, MTEB, Cohere, tevatron"],
  ["judgments", "judgments by id"],
  ["trec", "TREC judgments"],
  ["trec-run", "TREC run"],
  ["label studio", "Label Studio"],
  ["argilla", "Argilla"],
  ["prodigy", "Prodigy"],
  ["quepid book", "Quepid book"],
  ["squad", "SQuAD"],
  ["tat-qa", "TAT-QA"],
];
const ENCODINGS =
  "utf-8 utf-16 cp1252 latin-1 cp1251 koi8-r gb18030 big5 shift_jis euc-kr mac_roman";
/** @type {Choice[]} */
const SEPARATORS = [
  [",", "comma"],
  ["\t", "tab"],
  [";", "semicolon"],
  ["|", "bar"],
];

/**
 * A list that one choice is made from.
 * @param {Choice[]} choices
 * @param {string | null | undefined} value
 * @param {(value: string) => unknown} onchange
 * @param {string} label
 */
export function choiceList(choices, value, onchange, label) {
  const options = choices.map(([key, text]) => h("option", { value: key }, text));
  const field = h("select.rr-select", { "aria-label": label }, options);
  field.addEventListener("change", () => onchange(field.value));
  field.value = value ?? "";
  return field;
}

/**
 * A field for a number; an empty one is null.
 * @param {string} label
 * @param {number | null | undefined} value
 * @param {(value: number | null) => unknown} onchange
 */
export function numberField(label, value, onchange) {
  const properties = { type: "number", step: "any", min: 0, value: value ?? "" };
  const field = h("input.rr-field", { ...properties, "aria-label": label });
  field.addEventListener("change", () => onchange(field.value === "" ? null : Number(field.value)));
  return field;
}

/**
 * A row with a label and a field.
 * @param {string} label
 * @param {Child} field
 */
export function optionRow(label, field) {
  return h("label.rr-map-row", h("span", label), field);
}

/**
 * The options of how a file is read.
 * @param {ImportPanel} panel
 * @param {Partial<ReadingPlan>} plan as guessed
 */
export function drawOptions(panel, plan) {
  /**
   * @param {string} label
   * @param {"format" | "encoding" | "delimiter"} key
   * @param {Choice[]} choices
   */
  const guessed = (label, key, choices) => {
    const guess = plan[key] ? `guess (${plan[key]})` : "guess";
    const set = (/** @type {string} */ value) => panel.readAgain({ [key]: value || null });
    return optionRow(label, choiceList([["", guess], ...choices], panel.answers[key], set, label));
  };
  /**
   * @param {string} label
   * @param {"quotes" | "header"} key
   * @param {string} yes
   * @param {string} no
   */
  const either = (label, key, yes, no) => {
    const answer = panel.answers[key];
    const value = answer === undefined ? "" : String(answer);
    /** @type {Choice[]} */
    const choices = [
      ["", "guess"],
      ["true", yes],
      ["false", no],
    ];
    const set = (/** @type {string} */ word) =>
      panel.readAgain({ [key]: word ? word === "true" : null });
    return optionRow(label, choiceList(choices, value, set, label));
  };
  const headerLine = (/** @type {number | null} */ line) => panel.readAgain({ header_line: line });
  const encodings = ENCODINGS.split(" ").map((name) => /** @type {Choice} */ ([name, name]));
  return h(
    "div.rr-options",
    guessed("Format", "format", FORMATS),
    guessed("Encoding", "encoding", encodings),
    guessed("Separator", "delimiter", SEPARATORS),
    either("Quote marks", "quotes", "quote cells", "are plain text"),
    either("First row", "header", "names the columns", "is a record"),
    optionRow("Header line", numberField("Header line", panel.answers.header_line, headerLine)),
    plan.container === "workbook" && optionRow("Sheet", sheetField(panel)),
  );
}

/** @param {ImportPanel} panel */
function sheetField(panel) {
  const value = panel.answers.sheet ?? "";
  const properties = { value, placeholder: "name or number", "aria-label": "Sheet" };
  const field = h("input.rr-field", properties);
  field.addEventListener("change", () => panel.readAgain({ sheet: field.value.trim() || null }));
  return field;
}
