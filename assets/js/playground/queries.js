// Browse test queries: all that can be scored, by what B gains on A.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { deltaMark, formatInt, formatMetric, plural } from "../lib/format.js";

export const queryPicker = (view, server, { open, told }) => {
  const SHOWN = 100;
  let known = null,
    loading = null,
    table = null,
    asked = "",
    failure = null,
    order = "gain",
    filter = "";
  const element = h("section", {
    class: "rr-card rr-queries",
    "aria-label": "Test queries",
    hidden: true,
  });
  const queries = () =>
    (loading ||= server.queries({ dataset: view.dataset }).then(
      (rows) => (known = rows),
      (error) => {
        loading = null;
        throw error;
      },
    ));
  const reset = () => {
    known = loading = table = failure = null;
    asked = "";
    if (!element.hidden) toggle(true);
  };
  const title = (name) => view.rankers.find((ranker) => ranker.name === name)?.title || name;

  function toggle(show = element.hidden) {
    element.hidden = !show;
    told(show);
    if (show) fetchAll();
  }
  async function fetchAll() {
    failure = null;
    const pair = `${view.a} ${view.b}`;
    if (asked !== pair) table = null;
    draw();
    try {
      await queries();
      draw();
      if (!table && known.length) {
        asked = pair;
        const found = await server.compare_queries({
          dataset: view.dataset,
          models: [view.a, view.b],
        });
        if (asked !== pair) return;
        table = found;
      }
    } catch (error) {
      failure = error;
      asked = "";
    }
    draw();
  }

  const ORDERS = { gain: "Gains first", loss: "Losses first" };
  function draw() {
    const focused = element.contains(document.activeElement) ? document.activeElement.id : null;
    const find = h("input", {
      class: "rr-field",
      id: "rr-find-query",
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter queries",
      oninput: (event) => {
        filter = event.target.value;
        drawRows();
      },
    });
    find.value = filter;
    const sort = h(
      "div",
      { class: "rr-segment", role: "group", "aria-label": "Order" },
      Object.entries(ORDERS).map(([name, word]) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": String(order === name),
            onclick: () => {
              order = name;
              draw();
            },
          },
          word,
        ),
      ),
    );
    fill(
      element,
      h(
        "div",
        { class: "rr-card-head" },
        h("h2", {}, "Test queries"),
        h(
          "span",
          { class: "rr-muted rr-desk" },
          known ? `${formatInt(known.length)} with a positive and a negative candidate` : "",
        ),
        h("span", { class: "rr-grow" }),
        table ? sort : null,
        find,
        button("", () => toggle(false), { kind: "quiet icon", icon: "cross", label: "Close" }),
      ),
      h("div", { class: "rr-queries-sum" }, summary()),
      rows,
    );
    drawRows();
    if (focused) element.querySelector(`#${focused}`)?.focus();
  }
  function summary() {
    if (failure) return errorBox(failure, button("Try again", fetchAll));
    if (!known) return null;
    if (!known.length)
      return h(
        "span",
        { class: "rr-muted" },
        `No query in the test split of ${view.dataset} has both a positive and a negative candidate.`,
      );
    if (!table)
      return h(
        "span",
        { class: "rr-muted", role: "status" },
        `Scoring all test pairs with ${title(view.a)} and ${title(view.b)}. This takes a while the first time and is kept.`,
      );
    const sign = (n) => `${n < 0 ? "−" : "+"}${Math.abs(n).toFixed(3)}`;
    const names = { "ndcg@10": "nDCG@10", "mrr@10": "MRR@10", map: "MAP" };
    const head = h(
      "tr",
      {},
      ["Mean over queries", title(view.a), title(view.b), "Gain", "95% interval"].map((word, at) =>
        h("th", { scope: "col", class: at ? "rr-num" : "" }, word),
      ),
    );
    const rows = table.means.map((one) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, names[one.metric]),
        h("td", { class: "rr-num" }, formatMetric(one.a)),
        h("td", { class: "rr-num rr-strong" }, formatMetric(one.b)),
        h("td", { class: "rr-num" }, deltaMark(one.gain)),
        h("td", { class: "rr-num rr-muted" }, `${sign(one.low)} to ${sign(one.high)}`),
      ),
    );
    return h(
      "div",
      { role: "status" },
      h("table", { class: "rr-table rr-means" }, h("thead", {}, head), h("tbody", {}, rows)),
      h(
        "p",
        { class: "rr-muted" },
        `nDCG@10: ${plural(table.wins, "query", "queries")} better, ${formatInt(table.losses)} worse, ${formatInt(table.ties)} the same.`,
      ),
    );
  }
  const rows = h("div", { class: "rr-queries-rows" });
  function drawRows() {
    if (!known) {
      fill(rows, skeleton(4));
      return;
    }
    let all = table ? table.queries : known;
    if (table && order === "loss") all = [...all].reverse();
    const needle = filter.trim().toLocaleLowerCase();
    if (needle) all = all.filter((row) => row.query.toLocaleLowerCase().includes(needle));
    fill(
      rows,
      all
        .slice(0, SHOWN)
        .map((row) =>
          h(
            "button",
            { type: "button", class: "rr-query-row", onclick: () => open(row.query) },
            h("span", { class: "rr-cut rr-grow" }, row.query),
            h(
              "span",
              { class: "rr-faint rr-desk" },
              `${row.positives} of ${row.candidates} relevant`,
            ),
            table
              ? [
                  h(
                    "span",
                    { class: "rr-num rr-muted rr-desk" },
                    `${formatMetric(row.a)} → ${formatMetric(row.b)}`,
                  ),
                  h("span", { class: "rr-num" }, deltaMark(row.gain)),
                ]
              : null,
          ),
        ),
      all.length > SHOWN
        ? h(
            "p",
            { class: "rr-faint rr-queries-more" },
            `${SHOWN} of ${formatInt(all.length)} shown. Filter to find others.`,
          )
        : null,
      !all.length && needle
        ? h("p", { class: "rr-faint rr-queries-more" }, "No query holds these words.")
        : null,
    );
  }
  return { element, toggle, reset, queries, open };
};
