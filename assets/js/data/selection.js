// The bar that changes all selected pairs at once.

import { button, keyMark } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { labelChip } from "../lib/labels.js";
import { menuButton } from "../lib/menu.js";

const SPLITS = /** @type {const} */ (["train", "dev", "test"]);

/** The bar of what can be done with the selected pairs. */
export class SelectionBar {
  /** @param {import("./pairs.js").PairsPage} page */
  constructor(page) {
    this.page = page;
    const label = { role: "toolbar", "aria-label": "Selected pairs" };
    this.node = h("div.rr-selection.rr-hidden", label);
  }

  draw() {
    const { page, node } = this;
    const count = page.selected.size;
    const hidden = page.opened.panels.pairs.classList.contains("rr-hidden");
    node.classList.toggle("rr-hidden", !count || hidden);
    if (!count) {
      fill(node);
      return;
    }
    const remove = () => this.change(page.changes.deletePairs([...page.selected]));
    const here = page.page?.pairs.filter(({ id }) => page.selected.has(id)).length ?? 0;
    fill(
      node,
      h("b", `${formatInt(count)} selected`),
      count > here && h("span.rr-muted", `${formatInt(count - here)} not on this page`),
      h("span.rr-muted.rr-desk", "Set label"),
      this.labelButtons(),
      this.splitButton(),
      this.goldButton(),
      button("Delete", remove, { kind: "small danger", icon: "trash" }),
      button("", () => page.clearSelection(), {
        kind: "small icon quiet",
        icon: "cross",
        label: "Clear the selection",
      }),
    );
  }

  /** @param {Promise<Edit | null>} change after which the selection is cleared, unless it failed */
  async change(change) {
    if (await change) this.page.clearSelection();
  }

  labelButtons() {
    const { page } = this;
    const scale = page.opened.dataset.scale;
    return page.answers.slice(0, 5).map(({ value, key }) => {
      const onclick = () => this.change(page.changes.setLabel([...page.selected], value));
      const properties = { type: "button", onclick };
      return h("button.rr-button.small", properties, labelChip(value, scale), keyMark(key));
    });
  }

  goldButton() {
    const { page } = this;
    const mark = (/** @type {boolean} */ gold) => page.changes.markGold([...page.selected], gold);
    const entries = [
      { text: "Gold: every annotator is given it", act: () => mark(true) },
      { text: "Not gold", act: () => mark(false) },
    ];
    const gold = menuButton("Gold", () => entries, { kind: "small" });
    gold.append(icon("down"));
    return gold;
  }

  splitButton() {
    const { page } = this;
    const entries = SPLITS.map((name) => ({
      text: `Move to ${name}, whole queries`,
      act: () => this.change(page.changes.moveSplit([...page.selected], name)),
    }));
    const split = menuButton("Split", () => entries, { kind: "small" });
    split.append(icon("down"));
    return split;
  }
}
