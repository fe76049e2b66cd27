// What stands in the Playground before anything is ranked.

import { goTo, tabButton } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { isRun } from "./view.js";

/** @typedef {import("./view.js").View} View */

const OFFERED = 4; // queries to start with

/**
 * Draw what is shown before anything is ranked.
 * @param {HTMLElement} body
 * @param {View} view
 * @param {import("./ranked_lists.js").RankedLists} lists
 * @param {import("./queries.js").QueryPicker} picker
 */
export async function drawStart(body, view, lists, picker) {
  const trained = view.rankers.some(({ ready, name }) => ready && isRun(name));
  const starts = h("div.rr-starts");
  const text = `The best passages of both rankers are shown side by side. ${hint(view)}`;
  const title = h("h2", "Rank the same passages twice");
  fill(
    body,
    trained ? null : untrainedNotice(),
    lists.heads(),
    h("div.rr-card.rr-play-first", h("div.rr-empty", title, h("p", text), starts)),
  );
  if (view.demo?.queries.length) return; // the owner's queries stand above
  if (view.dataset) await offerQueries(starts, view, picker);
  else if (tabButton("data")) {
    fill(
      starts,
      button("Import a file", () => goTo("data"), { icon: "upload", kind: "rr-needs-admin" }),
    );
  }
}

/**
 * No query has labels that could show which order is better.
 * @param {View} view
 */
function noQueries(view) {
  const label = () => goTo("annotate");
  const act = tabButton("annotate") && view.may("admin") ? button("Label pairs", label) : null;
  return [h("p.rr-muted", `${view.noTestQuery} You can write your own query above.`), act];
}

/** @param {View} view */
function hint({ demo, dataset }) {
  if (demo?.queries.length) return "Choose a query above, or write your own.";
  if (!dataset) return "Write a query and paste the passages it should find.";
  return `Labels of ${dataset} show which order is better.`;
}

function untrainedNotice() {
  const train = () => goTo("train");
  const act = tabButton("train")
    ? button("Train a reranker", train, { kind: "small rr-needs-admin" })
    : null;
  const title = h("span.rr-strong", "No run has finished yet. ");
  const text =
    "BM25 and cosine similarity already rank; a trained run shows what your labels change.";
  const words = h("div.rr-grow", title, h("span.rr-muted", text));
  return h("div.rr-notice.rr-untrained", icon("info"), words, act);
}

/**
 * @param {HTMLElement} node
 * @param {View} view
 * @param {import("./queries.js").QueryPicker} picker
 */
async function offerQueries(node, view, picker) {
  /** @type {TestQuery[]} */
  const queries = await picker.load().catch(() => []);
  if (view.answer) return;
  if (!queries.length) {
    fill(node, noQueries(view));
    return;
  }
  const largest = [...queries].sort((a, b) => b.candidates - a.candidates).slice(0, OFFERED);
  const buttons = largest.map(({ query, candidates }) => {
    const properties = { type: "button", onclick: () => picker.actions.open(query) };
    const count = h("span.rr-faint", `${candidates} passages`);
    return h("button.rr-start", properties, icon("search"), h("span.rr-cut.rr-grow", query), count);
  });
  fill(node, buttons);
}
