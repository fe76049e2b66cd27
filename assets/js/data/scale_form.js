// The fields of a scale: its kind, its grades with a name and a bar each, and what is relevant.

import { h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import {
  LONGEST_NAME,
  labelShade,
  labelsOf,
  labelWord,
  lowest,
  MOST_GRADES,
  namesOf,
  relevantFrom,
  withGrades,
  withKind,
} from "../lib/scales.js";
import { toast } from "../lib/toast.js";
import { choiceList, numberField, optionRow } from "./import_options.js";

/**
 * @typedef {object} ScaleActs
 * @property {(scale: Scale) => unknown} change another scale was chosen
 * @property {(names: string[]) => unknown} rename the names of the labels were changed
 */

/**
 * The fields of a scale.
 * @param {Scale} scale
 * @param {HistogramRow[]} rows how often labels occur
 * @param {ScaleActs} acts
 */
export function drawScale(scale, rows, acts) {
  const own = { ...scale }; // has the names as they are typed
  const rename = (/** @type {string[]} */ names) => {
    own.names = names;
    acts.rename(names);
  };
  const fields = [kindChoice(own, acts), ends(own, acts), relevant(own, acts)];
  return h(
    "div.rr-scale",
    h("div.rr-scale-fields", fields),
    histogram(own, rows, { ...acts, rename }),
  );
}

/**
 * @param {Scale} scale
 * @param {ScaleActs} acts
 */
function kindChoice(scale, acts) {
  const buttons = /** @type {LabelKind[]} */ (["binary", "graded", "score"]).map((kind) => {
    const onclick = () => acts.change(withKind(scale, kind));
    const pressed = String(scale.kind === kind);
    return h("button", { type: "button", "aria-pressed": pressed, onclick }, kind);
  });
  return h("div.rr-segment", { role: "group", "aria-label": "Scale" }, buttons);
}

/**
 * The lowest and the highest label.
 * @param {Scale} scale
 * @param {ScaleActs} acts
 */
function ends(scale, acts) {
  if (scale.kind === "binary") return null;
  const setTop = (/** @type {number | null} */ top) => {
    if (scale.kind === "graded" && (top ?? 0) > MOST_GRADES) {
      toast(`The highest grade is at most ${MOST_GRADES}`);
    }
    if (scale.kind === "graded") acts.change(withGrades(scale, lowest(scale), top ?? scale.max));
    else acts.change({ ...scale, max: top || 1 });
  };
  const word = scale.kind === "graded" ? "Highest grade" : "Highest score";
  const field = numberField(word, scale.max, setTop);
  if (scale.kind === "graded") Object.assign(field, { max: MOST_GRADES, step: 1 });
  const top = optionRow(word, field);
  if (scale.kind === "score") return top;
  const setLow = (/** @type {string} */ low) =>
    acts.change(withGrades(scale, Number(low), scale.max));
  /** @type {[string, string][]} */
  const choices = [
    ["0", "0"],
    ["1", "1"],
  ];
  const low = String(lowest(scale));
  return [optionRow("Lowest grade", choiceList(choices, low, setLow, "Lowest grade")), top];
}

/**
 * From which label on a pair is relevant.
 * @param {Scale} scale
 * @param {ScaleActs} acts
 */
function relevant(scale, acts) {
  if (scale.kind === "binary") return null;
  const set = (/** @type {number | null} */ from) => acts.change({ ...scale, relevant_from: from });
  const word = "Relevant from";
  const from = relevantFrom(scale);
  if (scale.kind === "score") return optionRow(word, numberField(word, from, set));
  const labels = labelsOf(scale).slice(1);
  const choices = labels.map((label) => {
    return /** @type {[string, string]} */ ([String(label), labelWord(label, scale)]);
  });
  const choose = (/** @type {string} */ label) => set(Number(label));
  return optionRow(word, choiceList(choices, String(from), choose, word));
}

/**
 * A bar for each label, with a field for its name; what is outside of the scale stands below.
 * @param {Scale} scale
 * @param {HistogramRow[]} rows
 * @param {ScaleActs} acts
 */
function histogram(scale, rows, acts) {
  const largest = Math.max(1, ...rows.map(({ count }) => count));
  const names = namesOf(scale);
  const rename = (/** @type {number} */ at, /** @type {string} */ name) => {
    names[at] = name;
    acts.rename([...names]);
  };
  const labels = labelsOf(scale);
  const inside = rows.filter(({ outside }) => !outside);
  const lines = labels.length
    ? labels.map((label, at) => {
        const count = inside.find(({ from }) => from === label)?.count ?? 0;
        const field = nameField(label, names[at], (name) => rename(at, name));
        return line(String(label), field, bar(count / largest, labelShade(label, scale)), count);
      })
    : inside.map(({ from, to, count }) => {
        const word = `${short(from)} – ${short(to)}`;
        return line(word, null, bar(count / largest, labelShade((from + to) / 2, scale)), count);
      });
  const off = rows.filter(({ outside }) => outside);
  const rejected = off.map(({ from, count }) => {
    const widen = () => acts.change(withGrades(scale, lowest(scale), from));
    return outsideLine(from, count, bar(count / largest), mayWiden(scale, from) ? widen : null);
  });
  const kind = scale.kind === "score" ? "scores" : "named";
  return h("div.rr-histogram", { class: kind }, lines, rejected);
}

/**
 * @param {string} word
 * @param {Child} name
 * @param {Child} bar
 * @param {number} count
 */
function line(word, name, bar, count) {
  return h("div.rr-histogram-row", h("b", word), name, bar, h("span.rr-num", formatInt(count)));
}

/**
 * Whether a label outside of the scale can become its highest grade.
 * @param {Scale} scale
 * @param {number} label
 */
function mayWiden({ kind, max }, label) {
  return kind === "graded" && Number.isInteger(label) && label > max && label <= MOST_GRADES;
}

/**
 * @param {number} label
 * @param {number} count
 * @param {Child} bar
 * @param {(() => unknown) | null} widen accept the label, null where it cannot be
 */
function outsideLine(label, count, bar, widen) {
  const accept = widen && h("button.rr-link", { type: "button", onclick: widen }, "Accept");
  accept?.setAttribute("aria-label", `Accept ${label} as the highest grade`);
  const word = h("span.rr-histogram-off", "outside of the scale, rejected", accept && " ", accept);
  const properties = { class: "off" };
  const number = h("span.rr-num", formatInt(count));
  return h("div.rr-histogram-row", properties, h("b", short(label)), word, bar, number);
}

/**
 * @param {number} part of the longest bar
 * @param {string} [colour] as CSS
 */
function bar(part, colour = "var(--rr-loss)") {
  const width = part > 0 ? Math.max(1, 100 * part) : 0;
  const style = `width:${width}%;background:${colour}`;
  return h("span.rr-histogram-bar", { "aria-hidden": "true" }, h("i", { style }));
}

/**
 * @param {number} label
 * @param {string} value
 * @param {(name: string) => void} set
 */
function nameField(label, value, set) {
  const properties = { value, maxlength: LONGEST_NAME, placeholder: "name" };
  const described = { "aria-label": `Name of label ${label}` };
  const field = h("input.rr-field", { ...properties, ...described });
  field.addEventListener("input", () => set(field.value));
  return field;
}

/** @param {number} value */
function short(value) {
  return String(Number(value.toFixed(3)));
}
