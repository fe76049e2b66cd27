import { h } from "./dom.js";

export const labelChip = (label, scale = { kind: "binary", max: 1 }) => {
  if (label === null || label === undefined) return h("span", { class: "rr-chip none" }, "none");
  if (label === "disputed") return h("span", { class: "rr-chip disputed" }, h("i"), "disputed");
  if (scale.kind === "graded" && scale.max > 1) {
    const level = label <= 0 ? 0 : Math.max(1, Math.min(3, Math.round((3 * label) / scale.max)));
    const pips = h(
      "span",
      { class: "rr-pips", "aria-hidden": "true" },
      [1, 2, 3].map((n) => h("b", { class: n <= level ? "on" : "" })),
    );
    return h("span", { class: `rr-chip grade${level}` }, String(label), pips);
  }
  return h(
    "span",
    { class: `rr-chip ${label > 0 ? "pos" : ""}` },
    h("i"),
    scale.kind === "score" ? Number(label).toFixed(2) : String(label),
  );
};

// The answers a person can give on a scale: [{value, key, word}]
export const scaleAnswers = (scale) => {
  if (scale.kind === "score")
    return [0, 0.25, 0.5, 0.75, 1].map((value, key) => ({
      value: value * scale.max,
      key: String(key),
      word: String(value * scale.max),
    }));
  if (scale.kind === "graded")
    return Array.from({ length: Math.min(10, scale.max + 1) }, (_, value) => ({
      value,
      key: String(value),
      word: `Grade ${value}`,
    }));
  return [
    { value: 0, key: "0", word: "Not relevant" },
    { value: 1, key: "1", word: "Relevant" },
  ];
};
