// The strip that chooses a view of an opened dataset.

import { h } from "../lib/dom.js";
import { targetOf } from "../lib/poll.js";

/** @type {Record<DatasetView, string>} */
const WORDS = { pairs: "Pairs", quality: "Quality", guidelines: "Guidelines", history: "History" };

/**
 * The buttons that choose a view of an opened dataset.
 * @param {(view: DatasetView) => void} choose
 */
export function viewTabs(choose) {
  const badge = h("span.rr-badge.rr-hidden");
  const views = /** @type {[DatasetView, string][]} */ (Object.entries(WORDS));
  const buttons = views.map(([view, word]) => {
    const properties = { type: "button", role: "tab", "data-view": view };
    const node = h("button", properties, word, view === "quality" && badge);
    node.addEventListener("click", () => choose(view));
    return node;
  });
  const label = { role: "tablist", "aria-label": "Views of this dataset" };
  const strip = h("div.rr-views", label, buttons);
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = buttons.findIndex((node) => node.contains(targetOf(event)));
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next.click();
    next.focus();
  });
  return {
    strip,
    /** @param {DatasetView} view */
    show(view) {
      for (const node of buttons) {
        const chosen = node.dataset.view === view;
        node.setAttribute("aria-selected", String(chosen));
        node.tabIndex = chosen ? 0 : -1;
      }
    },
    /**
     * The number of findings beside "Quality".
     * @param {number} count
     * @param {boolean} blocks whether one of them blocks training
     */
    setBadge(count, blocks) {
      badge.textContent = String(count);
      badge.className = `rr-badge ${blocks ? "blocks" : ""} ${count ? "" : "rr-hidden"}`;
    },
  };
}
