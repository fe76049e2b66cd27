// The table of datasets.

import { address, goTo, setAddress } from "../lib/address.js";
import { button, emptyState, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, formatInt, formatPercent, plural } from "../lib/format.js";
import { scaleName } from "../lib/labels.js";
import { menuButton } from "../lib/menu.js";
import { tableHead } from "../lib/table.js";
import { askToDelete, askToDuplicate, loadSample } from "./dataset_dialogs.js";
import { openExport, openSettings } from "./dialogs.js";
import { rights } from "./rights.js";

/** @type {Parameters<typeof tableHead>[0]} */
const HEADINGS = [
  "Name",
  ["Scale", "rr-desk"],
  ["Pairs", "rr-num rr-desk"],
  ["Queries", "rr-num rr-desk"],
  ["Positive", "rr-desk"],
  ["Human labels", "rr-num rr-desk"],
  ["Disputed", "rr-num rr-desk"],
  ["Updated", "rr-desk"],
  "!Actions",
];

/**
 * Draw the table of datasets.
 * @param {HTMLElement} node
 * @param {Dataset[]} datasets
 * @param {DataTab} tab
 */
export function drawDatasets(node, datasets, tab) {
  if (!datasets.length) {
    fill(node, noDatasets(tab));
    return;
  }
  const redraw = () => drawDatasets(node, datasets, tab);
  const rows = datasets.map((dataset) => datasetRow(dataset, tab, redraw));
  const head = tableHead(HEADINGS, "rr-desk-head");
  const title = h(
    "div.rr-section",
    h("h2", "Datasets"),
    h("span.rr-muted", String(datasets.length)),
    h("span.rr-grow"),
    lacksSample(datasets) && linkButton("Load the sample", () => loadSample(tab)),
  );
  fill(node, title, h("div.rr-card", h("table.rr-table.rr-datasets", head, h("tbody", rows))));
}

/** @param {DataTab} tab */
function noDatasets(tab) {
  const text = rights.mayChange
    ? "Import a file above, or load the sample: arguments with key points, labelled 0 or 1."
    : "An admin can import one.";
  const load = button("Load the sample", () => loadSample(tab));
  return h(
    "div.rr-card.rr-no-datasets",
    emptyState("No datasets yet", text, rights.mayChange && load),
  );
}

/** @param {Dataset[]} datasets */
function lacksSample(datasets) {
  return rights.mayChange && !datasets.some(({ name }) => name === "starter");
}

/**
 * @param {Dataset} dataset
 * @param {DataTab} tab
 * @param {() => void} redraw
 */
function datasetRow(dataset, tab, redraw) {
  const current = address.dataset === dataset.name;
  const open = () => tab.open(dataset.name);
  const properties = { type: "button", onclick: open, title: dataset.name };
  const share = formatPercent(dataset.positives, dataset.labelled);
  const labels = dataset.labelled ? `${share} positive` : noLabels(dataset);
  const phone = `${plural(dataset.pairs, "pair")} · ${labels}`;
  return h(
    "tr",
    { class: current && "rr-in-hand" },
    h(
      "td.rr-name",
      h("button.rr-name-link", properties, dataset.name),
      current && h("span.rr-tag.accent", "current"),
      h("small.rr-phone", phone),
    ),
    h("td.rr-muted.rr-desk", scaleName(dataset.scale)),
    h("td.rr-num.rr-desk", formatInt(dataset.pairs)),
    h("td.rr-num.rr-desk", formatInt(dataset.queries)),
    h("td.rr-desk", positiveBar(dataset, share)),
    h("td.rr-num.rr-desk", formatInt(dataset.labelled_by_people)),
    h("td.rr-num.rr-desk", disputedCount(dataset)),
    h("td.rr-muted.rr-desk", formatAgo(dataset.updated_at)),
    h("td.rr-acts", actions(dataset, tab, redraw)),
  );
}

/**
 * @param {Dataset} dataset
 * @param {string} share
 */
function positiveBar(dataset, share) {
  const part = dataset.labelled ? dataset.positives / dataset.labelled : 0;
  const style = `width:${100 * part}%;background:var(--rr-pos)`;
  const bar = dataset.labelled
    ? h("span.rr-bar", { "aria-hidden": "true" }, h("i", { style }))
    : null;
  const value = dataset.labelled || !dataset.hidden ? share : h("span.rr-faint", "hidden");
  return h("div.rr-positive", h("span", value), bar);
}

/** An annotator who labels blind does not see the labels of others. @param {Dataset} dataset */
function noLabels({ hidden }) {
  return hidden ? "labels hidden" : "no labels";
}

/** @param {Dataset} dataset */
function disputedCount({ disputed, hidden }) {
  if (disputed) return h("span.rr-disputed", h("i"), formatInt(disputed));
  return h("span.rr-faint", hidden ? "–" : "0");
}

/**
 * @param {Dataset} dataset
 * @param {DataTab} tab
 * @param {() => void} redraw
 */
function actions(dataset, tab, redraw) {
  const name = dataset.name;
  const exportIt = () => openExport(name, tab);
  const makeCurrent = () => {
    setAddress({ dataset: name });
    redraw();
  };
  /** @returns {import("../lib/menu.js").MenuEntries} */
  const entries = () => [
    { text: "Make current", icon: "check", act: makeCurrent },
    rights.mayLabel && {
      text: "Annotate",
      icon: "edit",
      act: () => goTo("annotate", { dataset: name }),
    },
    rights.mayChange && {
      text: "Train on this",
      icon: "arrow",
      act: () => goTo("train", { dataset: name }),
    },
    { text: "Export", icon: "download", act: exportIt },
    rights.mayChange && "-",
    rights.mayChange && {
      text: "Settings",
      icon: "edit",
      act: () => openSettings(dataset, tab, tab.refresh),
    },
    rights.mayChange && {
      text: "Duplicate",
      icon: "file",
      act: () => askToDuplicate(dataset, tab),
    },
    rights.mayChange && {
      text: "Delete",
      icon: "trash",
      danger: true,
      act: () => askToDelete(dataset, tab),
    },
  ];
  const label = `More for ${name}`;
  const more = menuButton("", entries, { kind: "small icon quiet", icon: "more", label });
  const open = button("Open", () => tab.open(name), { kind: "small" });
  return h("div", open, h("span.rr-desk", button("Export", exportIt, { kind: "small" })), more);
}
