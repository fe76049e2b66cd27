// All pairs that pass the filters: how many there are, and selecting them all.

import { linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";

const COUNTED = 1000; // pairs that are counted; for more the number is not exact
const MOST = 20000; // pairs that can be selected at once

/** Counts and selects all pairs that pass the filters. */
export class Matching {
  /** @param {import("./pairs.js").PairsPage} page */
  constructor(page) {
    this.page = page;
    this.node = h("div.rr-matching.rr-hidden", { role: "status" });
    this.word = ""; // how many there are; "" while that is not known
    this.countedFor = "";
  }

  forget() {
    this.word = "";
    this.countedFor = "";
    this.node.classList.add("rr-hidden");
  }

  get request() {
    const { opened, filters } = this.page;
    return { dataset: opened.name, ...filters.values };
  }

  /** @param {number} limit */
  ask(limit) {
    return this.page.opened.tab.server.ids_of_pairs({ ...this.request, limit });
  }

  async count() {
    const request = JSON.stringify(this.request);
    if (this.page.filters.isFree() || this.countedFor === request) return;
    this.countedFor = request;
    try {
      const { ids, more } = await this.ask(COUNTED);
      if (this.countedFor !== request) return;
      this.word = `${formatInt(ids.length)}${more ? "+" : ""}`;
      this.page.drawCount();
    } catch {
      this.countedFor = ""; // the page works without the number
    }
  }

  /** Once a page is selected: all others that pass the filters, too. */
  offer() {
    const { page } = this;
    const { page: shown, selected } = page;
    const all = !!shown?.pairs.length && shown.pairs.every(({ id }) => selected.has(id));
    const others = !!shown && (shown.more_after || shown.more_before);
    this.node.classList.toggle("rr-hidden", !all || !others);
    if (!all || !others) return;
    const total = page.filters.isFree() ? formatInt(page.opened.dataset.pairs) : this.word;
    const text = `All ${formatInt(shown.pairs.length)} pairs on this page are selected. `;
    fill(
      this.node,
      text,
      linkButton(`Select all ${total || "pairs"} that match`, () => this.selectAll()),
    );
  }

  async selectAll() {
    const { page } = this;
    try {
      const { ids, more } = await this.ask(MOST);
      for (const id of ids) page.selected.add(id);
      page.draw();
      const first = more ? `The first ${formatInt(ids.length)}` : `All ${formatInt(ids.length)}`;
      const clear = linkButton("Clear the selection", () => page.clearSelection());
      fill(this.node, `${first} matching pairs are selected. `, clear);
    } catch (error) {
      page.opened.tab.report(error);
    }
  }
}
