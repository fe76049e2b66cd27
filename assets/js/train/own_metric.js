// A further metric beside the usual ones, kept with the dataset.

import { h } from "../lib/dom.js";
import { formatHalf, formatMetric } from "../lib/format.js";
import { deltaMark } from "../lib/labels.js";
import { isAdmin } from "../lib/role.js";

/** @type {Record<string, [name: string, gain: string, ks: number[]]>} */
const KINDS = {
  ndcg: ["nDCG", ", linear gain", [1, 3, 5, 20, 50]],
  "ndcg-exp": ["nDCG", ", exponential gain", [1, 3, 5, 10, 20]],
  p: ["Precision", "", [1, 3, 5, 10]],
  recall: ["Recall", "", [1, 3, 5, 10, 20, 50]],
};

/**
 * The name of a metric, as it is written in tables.
 * @param {string} name such as "p@5"
 */
export function metricWord(name) {
  const [kind, k] = name.split("@");
  const [word, gain] = KINDS[kind] ?? [kind, ""];
  return `${word}@${k}${gain}`;
}

/**
 * The choice of it; null for those who may not choose.
 * @param {string | null} chosen
 * @param {(metric: string | null) => unknown} choose
 */
export function metricChoice(chosen, choose) {
  if (!isAdmin()) return null;
  const option = (/** @type {string} */ value) => h("option", { value }, metricWord(value));
  const groups = Object.entries(KINDS).map(([kind, [word, gain, ks]]) =>
    h(
      "optgroup",
      { label: `${word}${gain}` },
      ks.map((k) => option(`${kind}@${k}`)),
    ),
  );
  const label = { "aria-label": "Further metric of this dataset" };
  const field = h(
    "select.rr-select.small",
    label,
    h("option", { value: "" }, chosen ? "No further metric" : "Add a metric"),
    groups,
  );
  field.value = chosen ?? "";
  if (chosen && !field.value) {
    field.append(option(chosen)); // chosen on the command line
    field.value = chosen;
  }
  field.addEventListener("change", () => choose(field.value || null));
  return field;
}

/**
 * Its row in the table of metrics.
 * @param {OwnMetric} metric
 * @param {Ranker[]} rankers
 * @param {Ranker} ours
 */
export function metricRow({ name, values, gain, significant }, rankers, ours) {
  const cells = rankers.map((ranker) => {
    const measured = values[ranker];
    const half = measured && formatHalf(measured[1], measured[2]);
    const kind = ranker === ours && "rr-strong";
    const interval = half && h("span.rr-interval", half);
    return h("td.rr-num", { class: kind }, formatMetric(measured?.[0]), interval);
  });
  const head = h("th", { scope: "row" }, metricWord(name));
  return h("tr", head, cells, h("td.rr-num", deltaMark(gain[0], significant ? undefined : null)));
}
