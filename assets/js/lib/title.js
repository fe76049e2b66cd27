// The title of the page: what is open, of which dataset, and what a run does before it.

import { address } from "./address.js";

const NAME = "Reranker UI";
/** @type {Record<string, string>} */
const TABS = { data: "Data", annotate: "Annotate", train: "Train", playground: "Playground" };
const shown = { before: "", demo: "" };

/** Set the title of the page. */
export function drawTitle() {
  const tab = TABS[address.tab ?? "data"];
  const dataset = address.open || (address.tab === "data" ? "" : address.dataset);
  const open = shown.demo ? [shown.demo] : [tab, dataset];
  document.title = [shown.before, ...open, NAME].filter(Boolean).join(" · ");
}

/**
 * Set the text before the title, such as the progress of a run.
 * @param {string} text such as how far a run is; "" for nothing
 */
export function setBeforeTitle(text) {
  shown.before = text;
  drawTitle();
}

/**
 * Set the title of a demo, in the place of the tab and the dataset.
 * @param {string} title of a demo, in place of tab and dataset
 */
export function setDemoTitle(title) {
  shown.demo = title;
  drawTitle();
}
