// All runs: how each ended, and its result beside the model that it started from.

import { setAddress } from "../lib/address.js";
import { errorBox, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { formatInt } from "../lib/format.js";
import { isVisible } from "../lib/poll.js";
import { isAdmin } from "../lib/role.js";
import { tableHead } from "../lib/table.js";
import { ComparisonView } from "./comparison.js";
import { actAtPrice } from "./price.js";
import { chartRange, runRow } from "./run_row.js";
import { RunSelection } from "./run_selection.js";
import { RunsFilter } from "./runs_filter.js";
import { shown } from "./shown.js";

/** @type {Parameters<typeof tableHead>[0]} */
const HEADINGS = [
  ["!Select", "rr-run-tick"],
  ["Name", "rr-run-name"],
  ["Base model", "rr-run-base"],
  ["Data", "rr-run-data"],
  ["Status", "rr-run-status"],
  ["nDCG@10, before → after", "rr-run-change"],
  ["AP", "rr-num rr-run-ap"],
  ["Minutes", "rr-num rr-run-minutes"],
  ["!Actions", "rr-run-actions"],
];
const FIRST = 12; // rows
const ALL = 1000;

/**
 * Draw the table of runs.
 * @param {Widget<TrainServer>} context
 */
export function drawWidget({ element, widget, server }) {
  const table = new RunTable(widget, server);
  let mark = "";
  let pulses = 0;
  listen("runs", () => {
    table.drawn = "";
    table.refresh();
  });
  listen("drawn", () => table.show());
  // The header says when a run came, went or changed its status; its steps matter less.
  listen("pulse", async (pulse) => {
    if (!isVisible(element)) return;
    if (pulse.mark === mark) {
      if (!pulse.running) return;
      pulses += 1;
      if (pulses % 3) return;
    }
    try {
      await table.refresh();
      mark = pulse.mark;
    } catch {
      // asked again with the next pulse
    }
  });
}

/** The table of runs. */
export class RunTable {
  /**
   * @param {HTMLElement} widget
   * @param {TrainServer} server
   */
  constructor(widget, server) {
    this.widget = widget;
    this.server = server;
    /** @type {Record<number, ListedRun>} */
    this.rows = {};
    /** @type {number[]} */
    this.order = [];
    this.total = 0;
    this.archived = 0;
    this.limit = FIRST;
    this.drawn = "";
    this.count = h("span.rr-muted");
    this.body = h("tbody");
    this.more = h("div.rr-runs-more");
    this.fault = h("div");
    this.table = h("table.rr-table.rr-runs", tableHead(HEADINGS), this.body);
    this.filter = new RunsFilter(() => this.filtered());
    this.selection = new RunSelection(this);
    this.comparison = new ComparisonView(server);
    listen("compare", () => this.comparison.show());
    this.comparison.show();
  }

  /** The runs as they are shown: filtered and sorted. */
  get runs() {
    return this.filter.apply(this.order.map((id) => this.rows[id]));
  }

  async refresh() {
    const have = Object.fromEntries(this.order.map((id) => [id, this.rows[id].mark]));
    const { archived } = this.filter;
    const limit = this.filter.active ? ALL : this.limit;
    const answer = await this.server.rows({ have, limit, archived });
    const { rows, order } = answer;
    this.rows = Object.fromEntries(order.map((id) => [id, rows[id] || this.rows[id]]));
    this.order = order;
    this.total = answer.total;
    this.archived = answer.archived;
    this.selection.keep(order);
    this.show();
  }

  filtered() {
    this.drawn = "";
    this.refresh().catch((error) => fill(this.fault, errorBox(error)));
  }

  show() {
    const { selected } = this.selection;
    const state = [this.order, shown, this.rows, [...selected], this.filter.state, isAdmin()];
    const drawn = JSON.stringify(state);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    if (!this.total && !this.archived) {
      fill(this.widget, this.comparison.node);
      return;
    }
    this.count.textContent = formatInt(this.total);
    const { runs } = this;
    const range = chartRange(runs);
    const focus = focusedControl();
    const rows = runs.map((run) => runRow(this, run, range));
    const none = h("tr", h("td.rr-muted", { colspan: HEADINGS.length }, "No run matches."));
    fill(this.body, rows.length ? rows : none);
    const all = linkButton(`Show all ${formatInt(this.total)} runs`, () => this.showAll());
    fill(this.more, this.total > this.order.length ? all : null);
    this.filter.draw(Object.values(this.rows), this.archived);
    this.selection.draw();
    if (!this.table.isConnected) this.build();
    if (focus) this.restoreFocus(focus);
  }

  build() {
    const title = h("div.rr-section.rr-runs-head", h("h2", "Runs"), this.count, this.filter.node);
    fill(
      this.widget,
      this.comparison.node,
      title,
      this.fault,
      h("div.rr-card.rr-runs-card", this.table),
      this.more,
      this.selection.node,
    );
    this.comparison.placed = true;
    this.comparison.bringIntoView();
  }

  showAll() {
    this.limit = ALL;
    this.refresh();
  }

  /** @param {{ run: string, label: string }} focus */
  restoreFocus({ run, label }) {
    const controls = this.body.querySelectorAll(`[data-run="${run}"] :is(button, input)`);
    const same = [...controls].find((control) => labelOf(control) === label);
    if (same instanceof HTMLElement) same.focus();
  }

  /** @param {ListedRun} run */
  open(run) {
    emit("show", run.id);
    this.show();
  }

  /**
   * @param {ListedRun} run
   * @param {RunAction} what
   */
  act(run, what) {
    /** @type {import("./price.js").Act} */
    const send = (agreed, place) =>
      this.attempt(async () => {
        const next = await this.server.act({ run: run.id, what, agreed, ...place });
        if (what === "again" && next) emit("show", next.id);
      });
    return actAtPrice(this.server, run, what, send).catch((error) =>
      fill(this.fault, errorBox(error)),
    );
  }

  /**
   * Do something on the server, then read the rows again; an error is shown above them.
   * @param {() => Promise<unknown>} action
   */
  async attempt(action) {
    try {
      await action();
      fill(this.fault);
      emit("changed");
      emit("runs");
    } catch (error) {
      fill(this.fault, errorBox(error));
    }
  }

  /** @param {number[]} runs in the order of the columns */
  compare(runs) {
    setAddress({ compare: runs.join(",") });
  }
}

/** The control of a row that has the focus. */
function focusedControl() {
  const { activeElement } = document;
  const row = activeElement?.closest?.("[data-run]");
  if (!activeElement || !(row instanceof HTMLElement)) return null;
  return { run: row.dataset.run ?? "", label: labelOf(activeElement) };
}

/** @param {Element} control */
function labelOf(control) {
  return control.getAttribute("aria-label") || control.textContent || "";
}
