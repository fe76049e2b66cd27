// The Data tab: home (first steps, import, datasets) or one opened dataset, as the address says.

import { address, setAddress } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { plural } from "../lib/format.js";
import { isVisible } from "../lib/poll.js";
import { errorSentence } from "../lib/server.js";
import { toast } from "../lib/toast.js";
import { drawDatasets, drawFirstSteps } from "./datasets.js";
import { importPanel } from "./import.js";
import { drawPairs } from "./pairs.js";
import { rights } from "./shared.js";

export const drawRoom = ({ room, server, upload }) => {
  const say = (error) => toast(errorSentence(error));
  const context = {
    server,
    upload,
    say,
    refresh: () => draw(true),
    open: (name) => setAddress({ open: name, dataset: name }),
  };
  const start = h("div"),
    bring = h("div"),
    sets = h("div"),
    opened = h("div");
  const home = h("div", {}, start, bring, sets);
  fill(room, h("h1", { class: "rr-sr" }, "Data"), home, opened);
  const importing = importPanel(bring, { ...context, stored });
  let shown = null;

  async function draw(again = false) {
    const name = address.open || null;
    home.classList.toggle("rr-hidden", !!name);
    opened.classList.toggle("rr-hidden", !name);
    if (name) {
      setAddress({ dataset: name });
      if (name !== shown || again) drawPairs(opened, name, context);
      shown = name;
      return;
    }
    shown = null;
    fill(opened);
    try {
      const told = await server.all_datasets();
      rights.mayChange = told.may_change;
      bring.classList.toggle("rr-hidden", !told.may_change);
      const first = firstTime(told);
      start.classList.toggle("rr-hidden", !first);
      if (first) drawFirstSteps(start, told, { ...context, skip });
      importing.title(first ? "Bring your own data" : "Import");
      drawDatasets(sets, told.datasets, context);
    } catch (error) {
      fill(
        sets,
        errorBox(
          error,
          button("Try again", () => draw()),
        ),
      );
    }
  }
  const firstTime = ({ datasets, steps }) =>
    datasets.length === 1 && datasets[0].name === "starter" && !steps.runs && !skipped();
  const skipped = () => {
    try {
      return localStorage.getItem("rr-skip-start") === "yes";
    } catch {
      return false;
    }
  };
  const skip = () => {
    try {
      localStorage.setItem("rr-skip-start", "yes");
    } catch {
      /* private mode */
    }
    draw();
  };
  function stored(report) {
    toast(`${plural(report.kept, "pair")} in ${report.dataset}`);
    setAddress({ dataset: report.dataset });
    emit("changed");
    draw();
  }
  listen("view", (view) => {
    if (address.open === shown) opened.rrShowView?.(view);
  });
  listen("open", () => {
    draw();
    window.scrollTo(0, 0);
  });
  listen("changed", () => {
    if (!address.open && isVisible(room)) draw();
  });
  listen("tab", () => {
    if (address.tab === "data" && !address.open) draw();
  });
  draw();
};
