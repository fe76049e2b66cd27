// Past runs drawn over the current one.

import { emit, listen } from "../lib/events.js";
import { shown } from "./shown.js";

const PLACES = [0, 1, 2]; // each has a colour of its own

/** Past runs that are drawn over the current one. */
export class ComparedRuns {
  /** @param {import("./widget.js").CurrentRun} current */
  constructor(current) {
    this.current = current;
    /** @type {ComparedRun[]} */
    this.runs = [];
    listen("overlay", (run) => this.toggle(run));
  }

  /** @param {number} run */
  async toggle(run) {
    const others = this.runs.filter(({ id }) => id !== run);
    this.runs = others.length < this.runs.length ? others : await this.with(run);
    shown.compared = this.runs.map(({ id }) => id);
    emit("runs");
    await this.current.chart.plot.compare(this.runs);
    this.current.chart.redraw();
  }

  /**
   * @param {number} run takes a free place, or the first one
   */
  async with(run) {
    const free = /** @type {0 | 1 | 2} */ (
      PLACES.find((place) => this.runs.every(({ number }) => number !== place)) ?? 0
    );
    const added = await this.current.server.compared({ run, number: free });
    return [...this.runs.filter(({ number }) => number !== free), added];
  }
}
