// The Data tab: home (first steps, import, datasets) or one opened dataset, as the address says.

import { address, setAddress } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { NOT_LOADED } from "../lib/later.js";
import { isVisible } from "../lib/poll.js";
import { errorSentence, mayPass } from "../lib/server.js";
import { recall, remember } from "../lib/storage.js";
import { toast } from "../lib/toast.js";
import { drawDatasets } from "./dataset_table.js";
import { drawFirstSteps } from "./first_steps.js";
import { ImportSection } from "./import_section.js";
import { rights } from "./rights.js";

const SKIPPED = "rr-skip-start";

/**
 * Draw the Data tab.
 * @param {Widget<DataServer>} context
 */
export function drawWidget(context) {
  const widget = context.widget;
  const [start, importing, sets, opened] = [h("div"), h("div"), h("div"), h("div")];
  const home = h("div", start, importing, sets);
  fill(widget, h("h1.rr-sr", "Data"), home, opened);
  /** @type {import("./opened_dataset.js").OpenedDataset | null} */
  let dataset = null;
  let shown = ""; // the name of the dataset that is opened, also while it is loaded
  /** @type {Dataset[]} */
  let listed = [];

  const drawHome = async () => {
    try {
      const answer = await context.server.all_datasets();
      listed = answer.datasets;
      Object.assign(rights, { mayChange: answer.may_change, mayLabel: answer.may_label });
      importing.classList.toggle("rr-hidden", !answer.may_change);
      const first = isFirstVisit(answer);
      start.classList.toggle("rr-hidden", !first);
      if (first) drawFirstSteps(start, answer, tab);
      section.setTitle(first ? "Import your own data" : "Import");
      section.setDatasets(listed.map(({ name }) => name));
      drawDatasets(sets, listed, tab);
    } catch (error) {
      if (mayPass(error) && sets.firstChild) return; // the list stays, and the banner says why
      fill(sets, errorBox(error, button("Try again", draw)));
    }
  };
  const draw = async () => {
    const name = address.open || null;
    home.classList.toggle("rr-hidden", !!name);
    opened.classList.toggle("rr-hidden", !name);
    if (name) {
      setAddress({ dataset: name });
      if (name !== shown) {
        shown = name;
        dataset = await openDataset(opened, name, tab);
      }
      return;
    }
    shown = "";
    dataset = null;
    fill(opened);
    await drawHome();
  };
  /** @type {DataTab} */
  const tab = {
    ...context,
    report: (error) => toast(errorSentence(error)),
    refresh: draw,
    open: (name) => setAddress({ open: name, dataset: name, view: null }),
    arrive: ({ dataset: name, summary, split_notes: notes = [] }) => {
      tab.arrival = { dataset: name, summary, notes };
      toast(`${name}: ${summary}`);
      emit("changed");
      tab.open(name);
    },
    skip: () => {
      remember(SKIPPED, "yes");
      draw();
    },
  };
  const section = new ImportSection(importing, tab);
  listen("dataset", () => {
    if (!address.open && listed.length) drawDatasets(sets, listed, tab); // marks the current one
  });
  followAddress(widget, draw, (view) => {
    if (dataset && address.open === dataset.name) dataset.showView(view);
  });
  listen("back", () => dataset?.refresh());
  draw();
}

/**
 * @param {HTMLElement} node
 * @param {string} name
 * @param {DataTab} tab
 */
async function openDataset(node, name, tab) {
  try {
    const { OpenedDataset } = await import("./opened_dataset.js");
    return address.open === name ? new OpenedDataset(node, name, tab) : null;
  } catch {
    fill(node, errorBox(NOT_LOADED));
    return null;
  }
}

/**
 * @param {HTMLElement} widget
 * @param {() => Promise<void>} draw
 * @param {(view: string | undefined) => void} showView
 */
function followAddress(widget, draw, showView) {
  listen("view", showView);
  listen("open", () => {
    draw();
    window.scrollTo(0, 0);
  });
  const redraw = () => {
    if (!address.open && isVisible(widget)) draw();
  };
  for (const name of /** @type {const} */ (["changed", "runs"])) listen(name, redraw);
  let mark = "";
  listen("pulse", (pulse) => {
    const changed = mark !== "" && pulse.mark !== mark; // a run began or ended
    mark = pulse.mark;
    if (changed) redraw();
  });
  listen("tab", (name) => {
    if (name === "data" && !address.open) draw();
  });
}

/** @param {Datasets} answer */
function isFirstVisit({ datasets }) {
  const onlyStarter = datasets.length === 1 && datasets[0].name === "starter";
  return onlyStarter && recall(SKIPPED) !== "yes";
}
