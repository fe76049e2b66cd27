// The test queries where tuned lost most against base.

import { h } from "../lib/dom.js";
import { formatMetric, plural } from "../lib/format.js";
import { deltaMark, labelChip } from "../lib/labels.js";
import { tableHead } from "../lib/table.js";

/** @type {Parameters<typeof tableHead>[0]} */
const HEADINGS = [
  "Query",
  ["Base", "rr-num"],
  ["Tuned", "rr-num"],
  ["Change", "rr-num"],
  "Tuned model's top result (label)",
];

/**
 * @param {Regression[] | null} rows null where their labels are hidden from the user
 * @param {Scale | null | undefined} scale
 */
export function regressions(rows, scale) {
  if (!rows) return null;
  if (!rows.length) return h("p.rr-outcome-said", "No query is ranked worse than by base.");
  const lines = rows.map(({ query, base, tuned, grade, passage }) =>
    h(
      "tr",
      h("td", h("div.rr-worst-text", query)),
      h("td.rr-num", formatMetric(base)),
      h("td.rr-num.rr-strong", formatMetric(tuned)),
      h("td.rr-num", deltaMark(tuned - base)),
      h(
        "td",
        h(
          "div.rr-worst-first",
          labelChip(grade, scale ?? undefined),
          h("div.rr-worst-text", passage),
        ),
      ),
    ),
  );
  const count = plural(rows.length, "query", "queries");
  const title = `Worst regressions: ${count} where tuned lost most against base`;
  const table = h("table.rr-worst-table", tableHead(HEADINGS), h("tbody", lines));
  return h("details.rr-worst", h("summary", title), h("div.rr-outcome-scroll", table));
}
