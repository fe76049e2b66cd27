// The Data tab: home (first steps, import, datasets) or one opened dataset, as the address says.

import { address, setAddress } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { isVisible } from "../lib/poll.js";
import { errorSentence, mayPass } from "../lib/server.js";
import { recall, remember } from "../lib/storage.js";
import { toast } from "../lib/toast.js";
import { drawDatasets } from "./dataset_table.js";
import { drawFirstSteps } from "./first_steps.js";
import { ImportPanel } from "./import.js";
import { OpenedDataset } from "./opened.js";
import { rights } from "./rights.js";

const SKIPPED = "rr-skip-start";

/**
 * Draw the Data tab.
 * @param {Room<DataServer>} context
 */
export function drawRoom(context) {
  const room = context.room;
  const [start, importing, sets, opened] = [h("div"), h("div"), h("div"), h("div")];
  const home = h("div", start, importing, sets);
  fill(room, h("h1.rr-sr", "Data"), home, opened);
  /** @type {OpenedDataset | null} */
  let dataset = null;

  const drawHome = async () => {
    try {
      const answer = await context.server.all_datasets();
      Object.assign(rights, { mayChange: answer.may_change, mayLabel: answer.may_label });
      importing.classList.toggle("rr-hidden", !answer.may_change);
      const first = isFirstVisit(answer);
      start.classList.toggle("rr-hidden", !first);
      if (first) drawFirstSteps(start, answer, tab);
      panel.setTitle(first ? "Import your own data" : "Import");
      panel.setDatasets(answer.datasets.map((dataset) => dataset.name));
      drawDatasets(sets, answer.datasets, tab);
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
      if (name !== dataset?.name) dataset = new OpenedDataset(opened, name, tab);
      return;
    }
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
  const panel = new ImportPanel(importing, tab, tab.arrive);
  listen("dataset", () => {
    if (!address.open && isVisible(room)) drawHome();
  });
  followAddress(room, draw, (view) => {
    if (dataset && address.open === dataset.name) dataset.showView(view);
  });
  listen("back", () => dataset?.refresh());
  draw();
}

/**
 * @param {HTMLElement} room
 * @param {() => Promise<void>} draw
 * @param {(view: string | undefined) => void} showView
 */
function followAddress(room, draw, showView) {
  listen("view", showView);
  listen("open", () => {
    draw();
    window.scrollTo(0, 0);
  });
  for (const name of /** @type {const} */ (["changed", "runs"])) {
    listen(name, () => {
      if (!address.open && isVisible(room)) draw();
    });
  }
  listen("tab", (name) => {
    if (name === "data" && !address.open) draw();
  });
}

/** @param {Datasets} answer */
function isFirstVisit({ datasets }) {
  const onlyStarter = datasets.length === 1 && datasets[0].name === "starter";
  return onlyStarter && recall(SKIPPED) !== "yes";
}
