// The test queries where the run lost most against the strongest other ranker.

import { goTo, setAddress } from "../lib/address.js";
import { h } from "../lib/dom.js";
import { formatMetric, plural } from "../lib/format.js";
import { deltaMark, labelChip } from "../lib/labels.js";
import { tableHead } from "../lib/table.js";
import { rankerName } from "./words.js";

/**
 * The table of the queries that lost most.
 * @param {Run} run
 * @param {Results} results
 * @param {Scale | null | undefined} scale
 */
export function regressions(run, { worst, reference: strongest, ranker = "tuned" }, scale) {
  const reference = strongest ?? "base"; // it has no name where no query could be ranked
  if (!worst) return null; // their labels are hidden from the user
  const other = rankerName(reference, run);
  if (!worst.length) return h("p.rr-outcome-said", `No query is ranked worse than by ${other}.`);
  const rows = worst.map((row) => {
    const [before, after] = [row[reference] ?? 0, row[ranker] ?? row.tuned ?? 0];
    const open = { type: "button", title: "Open in the Playground with both rankers" };
    const query = h("button.rr-worst-open", {
      ...open,
      onclick: () => openQuery(run, reference, row),
    });
    query.append(h("span.rr-worst-text", row.query));
    const first = [labelChip(row.grade, scale ?? undefined), h("div.rr-worst-text", row.passage)];
    return h(
      "tr",
      h("td", query),
      h("td.rr-num", formatMetric(before)),
      h("td.rr-num.rr-strong", formatMetric(after)),
      h("td.rr-num", deltaMark(after - before)),
      h("td", h("div.rr-worst-first", first)),
    );
  });
  const head = tableHead([
    "Query",
    [other, "rr-num"],
    [run.name, "rr-num"],
    ["Change", "rr-num"],
    `Top result of ${run.name} (label)`,
  ]);
  const count = plural(worst.length, "query", "queries");
  const title = `Worst regressions: ${count} where ${run.name} lost most against ${other}`;
  const table = h("table.rr-worst-table", head, h("tbody", rows));
  return h("details.rr-worst", h("summary", title), h("div.rr-outcome-scroll", table));
}

/**
 * @param {Run} run
 * @param {Baseline} reference
 * @param {Regression} row
 */
function openQuery({ id, dataset, origin }, reference, { query }) {
  const a = reference === "base" ? (origin.ranker ?? "base") : reference;
  const empty = { c: null, k: null, p: null, browse: null };
  setAddress({ dataset });
  goTo("playground", { a, b: id, q: query, from: "labelled", ...empty });
}
