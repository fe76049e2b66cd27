// The scale of a file that is imported: chosen here, also for a file without labels.

import { h } from "../lib/dom.js";
import { drawScale } from "./scale_form.js";

/** @typedef {import("./import.js").ImportPanel} ImportPanel */

/**
 * The scale of a file's labels, to be changed before the import.
 * @param {ImportPanel} panel
 * @param {Scale} scale as read
 * @param {HistogramRow[]} rows
 */
export function drawImportScale(panel, scale, rows) {
  const names = panel.answers.grade_names ?? scale.names;
  const current = { ...scale, names };
  const acts = {
    change: (/** @type {Scale} */ next) => {
      panel.readAgain(next.kind === scale.kind ? answersOf(next) : kindAnswers(next, rows));
    },
    rename: (/** @type {string[]} */ names) => {
      Object.assign(panel.answers, answersOf({ ...scale, names })); // sent with the next request
    },
  };
  return h(
    "div.rr-import-scale",
    h("h3", "Labels ", h("span.rr-muted", summary(rows))),
    drawScale(current, rows, acts),
    scale.kind === "graded" && isLabelled(rows) && lowerIsBetter(panel),
  );
}

/**
 * The answers that a file is read with on this scale.
 * @param {Scale} scale
 */
export function answersOf({ kind, min, max, relevant_from, names }) {
  const grades = kind === "graded";
  return {
    scale: kind,
    min_grade: grades ? (min ?? 0) : null,
    max_grade: kind === "binary" ? null : max,
    relevant_from: relevant_from ?? null,
    grade_names: names?.some(Boolean) ? names : null,
  };
}

/**
 * For another kind the server finds the ends, except for grades where no label says which.
 * @param {Scale} scale
 * @param {HistogramRow[]} rows
 */
function kindAnswers({ kind, max }, rows) {
  const hasGrades = rows.some(({ from, count }) => count && from > 1);
  const none = { min_grade: null, relevant_from: null, grade_names: null };
  return { ...none, scale: kind, max_grade: kind === "graded" && !hasGrades ? max : null };
}

/** @param {HistogramRow[]} rows */
function isLabelled(rows) {
  return rows.some(({ count }) => count);
}

/** @param {HistogramRow[]} rows */
function summary(rows) {
  if (!isLabelled(rows))
    return "none in this file: choose the scale that the pairs will be labelled on";
  return rows.some(({ outside }) => outside)
    ? "values outside of the scale are rejected, each with its line"
    : "";
}

/** @param {ImportPanel} panel */
function lowerIsBetter(panel) {
  const box = h("input", { type: "checkbox", checked: !!panel.answers.lowest_is_best });
  box.addEventListener("change", () => panel.readAgain({ lowest_is_best: box.checked || null }));
  return h("label.rr-check", box, "1 is best (invert)");
}
