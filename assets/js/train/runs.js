// All runs, newest first: how each ended, and base beside tuned.

import { setAddress } from "../lib/address.js";
import { errorBox, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { formatInt } from "../lib/format.js";
import { isVisible } from "../lib/poll.js";
import { tableHead } from "../lib/table.js";
import { chartRange, runRow } from "./run_row.js";
import { shown } from "./shown.js";

/** @type {Parameters<typeof tableHead>[0]} */
const HEADINGS = [
  "Name",
  "Base model",
  "Data",
  "Status",
  "nDCG@10, base → tuned",
  ["AP", "rr-num"],
  ["Minutes", "rr-num"],
  "!Actions",
];
const FIRST = 12; // rows
const ALL = 1000;

/** @param {Room<TrainServer>} context */
export function drawRoom({ element, room, server }) {
  const table = new RunTable(room, server);
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

export class RunTable {
  /**
   * @param {HTMLElement} room
   * @param {TrainServer} server
   */
  constructor(room, server) {
    this.room = room;
    this.server = server;
    /** @type {Record<number, ListedRun>} */
    this.rows = {};
    /** @type {number[]} */
    this.order = [];
    this.total = 0;
    this.limit = FIRST;
    this.drawn = "";
    this.count = h("span.rr-muted");
    this.body = h("tbody");
    this.more = h("div");
    this.fault = h("div");
    this.table = h("table.rr-table.rr-runs", tableHead(HEADINGS), this.body);
  }

  async refresh() {
    const have = Object.fromEntries(this.order.map((id) => [id, this.rows[id].mark]));
    const { rows, order, total } = await this.server.rows({ have, limit: this.limit });
    this.rows = Object.fromEntries(order.map((id) => [id, rows[id] || this.rows[id]]));
    this.order = order;
    this.total = total;
    this.show();
  }

  show() {
    const drawn = JSON.stringify([this.order, shown, this.rows]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    if (!this.total) {
      fill(this.room);
      return;
    }
    this.count.textContent = formatInt(this.total);
    const runs = this.order.map((id) => this.rows[id]);
    const range = chartRange(runs);
    const focus = focusedButton();
    fill(
      this.body,
      runs.map((run) => runRow(this, run, range)),
    );
    if (focus) this.restoreFocus(focus);
    const all = linkButton(`Show all ${formatInt(this.total)} runs`, () => this.showAll());
    fill(this.more, this.total > this.order.length ? all : null);
    const title = h("div.rr-section", h("h2", "Runs"), this.count);
    fill(this.room, title, this.fault, h("div.rr-card.rr-runs-card", this.table), this.more);
  }

  showAll() {
    this.limit = ALL;
    this.refresh();
  }

  /** @param {{ run: string, text: string }} focus */
  restoreFocus({ run, text }) {
    const buttons = this.body.querySelectorAll(`[data-run="${run}"] button`);
    const same = [...buttons].find((button) => button.textContent === text);
    if (same instanceof HTMLElement) same.focus();
  }

  /** @param {ListedRun} run */
  open(run) {
    setAddress({ run: run.id });
    document.getElementById("rr-train")?.scrollIntoView({ block: "start" });
    this.show();
  }

  /**
   * @param {ListedRun} run
   * @param {RunAction} what
   */
  async act(run, what) {
    try {
      const next = await this.server.act({ run: run.id, what });
      fill(this.fault);
      if (what === "again" && next) setAddress({ run: next.id });
      emit("changed");
      await this.refresh();
    } catch (error) {
      fill(this.fault, errorBox(error));
    }
  }
}

/** The button of a row that has the focus. */
function focusedButton() {
  const { activeElement } = document;
  const row = activeElement?.closest?.("[data-run]");
  if (!(row instanceof HTMLElement)) return null;
  return { run: row.dataset.run ?? "", text: activeElement?.textContent ?? "" };
}
