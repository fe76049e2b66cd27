// Above the stream: its order, what is offered, the way to review, and whether labels are saved.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { openAddPairs } from "./adding.js";
import { drawOrders } from "./orders.js";
import { SaveState } from "./save_state.js";
import { drawSections, firstSection } from "./sections.js";

/** The bar above the stream. */
export class StreamBar {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.left = h("div.rr-an-left");
    this.right = h("div.rr-an-right");
    this.count = h("span.rr-an-count");
    this.part = h("i");
    this.announcer = h("div.rr-sr", { "aria-live": "polite" });
    this.saveState = new SaveState(session.labelling);
    this.drawn = ""; // what the controls show: they keep the focus while it is the same
    this.node = h(
      "div.rr-an-bar",
      h("div.rr-an-phone", this.count),
      this.left,
      h("div.rr-grow"),
      this.right,
      this.saveState.node,
      h("div.rr-bar", this.part),
      this.announcer,
    );
  }

  draw() {
    this.drawControls();
    this.drawCount();
    this.node.classList.toggle("review", !!this.session.review.section);
    this.drawState();
  }

  drawState() {
    this.saveState.draw();
  }

  drawControls() {
    const { dataset, review, loaded, order, imported, progress, scoring } = this.session;
    const own = [loaded?.order, loaded?.order_run, order, imported];
    const state = [dataset, review.section?.name, own, progress?.disputed, scoring.state];
    const drawn = JSON.stringify(state);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const { activeElement } = document;
    const focused = this.left.contains(activeElement) && activeElement?.textContent;
    fill(this.left, review.section ? drawSections(this.session) : drawOrders(this.session));
    fill(this.right, this.reviewButton());
    if (!focused) return;
    const buttons = [...this.left.querySelectorAll("button")];
    buttons.find((node) => node.textContent === focused)?.focus();
  }

  reviewButton() {
    const { session } = this;
    if (!session.loaded?.may.decide) return null;
    if (session.review.section) {
      if (!session.stream.may.own) return null;
      return button("Add pairs", () => openAddPairs(session), { icon: "plus" });
    }
    const disputed = session.progress?.disputed;
    const onclick = () => session.review.enter(firstSection(session));
    const count = h("b", { title: "disputed pairs" }, formatInt(disputed));
    const content = disputed ? [h("i"), "Review", count] : [icon("people"), "Review"];
    const kind = disputed ? "rr-an-todisputed" : null;
    return h("button.rr-button", { type: "button", class: kind, onclick }, content);
  }

  drawCount() {
    const { progress, review } = this.session;
    const shown = progress && !review.section;
    const rest = shown && ` of ${formatInt(progress.total)} · ${formatInt(progress.today)} today`;
    fill(this.count, shown && [h("b", formatInt(progress.done)), rest]);
    this.part.style.width = progress?.total ? `${(100 * progress.done) / progress.total}%` : "0";
  }

  /** Give the focus to the chosen button where the pressed one is gone. */
  keepFocus() {
    if (this.node.contains(document.activeElement)) return;
    const chosen = this.left.querySelector('[aria-pressed="true"]');
    if (chosen instanceof HTMLElement) chosen.focus();
  }

  /** @param {string} text for screen readers, also when it is the same as before */
  announce(text) {
    this.announcer.textContent = "";
    setTimeout(() => {
      this.announcer.textContent = text;
    }, 50);
  }
}
