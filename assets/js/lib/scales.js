// Changing a scale: pure steps from one scale to the next. Nothing here needs a page.

export const LONGEST_NAME = 40; // characters of a label's name
export const MOST_GRADES = 10; // the highest grade that can be chosen in the page
const USUAL_TOP = 3;

/**
 * The lowest label of a scale.
 * @param {Scale} scale
 */
export function lowest(scale) {
  return scale.min ?? 0;
}

/**
 * The labels of a scale that has few; none of a scale of scores.
 * @param {Scale} scale
 */
export function labelsOf(scale) {
  if (scale.kind === "score") return [];
  const low = lowest(scale);
  return Array.from({ length: scale.max - low + 1 }, (_, at) => low + at);
}

/**
 * The names of the labels, one for each; "" for those without.
 * @param {Scale} scale
 */
export function namesOf(scale) {
  return labelsOf(scale).map((_, at) => scale.names?.[at] ?? "");
}

/**
 * The scale of another kind, as it is usual.
 * @param {Scale} scale
 * @param {LabelKind} kind
 * @returns {Scale}
 */
export function withKind(scale, kind) {
  if (kind === scale.kind) return scale;
  const max = kind === "graded" ? USUAL_TOP : 1;
  return { kind, min: 0, max, relevant_from: null, names: [] };
}

/**
 * Grades from `low` to `top`, with the names and the relevant ones that still fit.
 * @param {Scale} scale
 * @param {number} low
 * @param {number} top
 * @returns {Scale}
 */
export function withGrades(scale, low, top) {
  const max = Math.max(low + 1, Math.min(MOST_GRADES, Math.round(top) || 0));
  const byLabel = new Map(labelsOf(scale).map((label, at) => [label, namesOf(scale)[at]]));
  const named = labelsOf({ ...scale, min: low, max }).map((label) => byLabel.get(label) ?? "");
  const from = scale.relevant_from ?? null;
  const usual = low > 0 ? Math.floor((low + max) / 2) + 1 : null;
  const fits = from !== null && from > low && from <= max;
  const names = named.some(Boolean) ? named : [];
  return { ...scale, min: low, max, names, relevant_from: fits ? from : usual };
}

/**
 * The lowest label that is relevant.
 * @param {Scale} scale
 */
export function relevantFrom(scale) {
  return scale.relevant_from ?? (scale.kind === "score" ? null : Math.max(1, lowest(scale)));
}

/**
 * How a label is called, "" for one without a name.
 * @param {number} label
 * @param {Scale} scale
 */
export function labelName(label, scale) {
  return scale.names?.[label - lowest(scale)] ?? "";
}

/**
 * `3 Exact`, or `3` for a label without a name.
 * @param {number} label
 * @param {Scale} scale
 */
export function labelWord(label, scale) {
  return `${label} ${labelName(label, scale)}`.trim();
}

/**
 * The colour of a label as CSS: darker from grade to grade, grey for the lowest.
 * @param {number | null} label null for none
 * @param {Scale} scale
 */
export function labelShade(label, scale) {
  if (label === null) return "var(--rr-line2)";
  const part = (label - lowest(scale)) / (scale.max - lowest(scale));
  if (part <= 0) return "var(--rr-neg-line)";
  const share = Math.round(100 * (0.3 + 0.7 * Math.min(1, part)));
  return `color-mix(in srgb, var(--rr-pos) ${share}%, var(--rr-panel))`;
}
