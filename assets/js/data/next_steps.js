// After an import: what it changed, and the next steps.

import { goTo } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

/**
 * The card above a dataset that pairs have just come into.
 * @param {Arrival} arrival
 * @param {() => void} check opens the quality check
 * @param {() => void} close
 */
export function arrivalCard({ dataset, summary, notes }, check, close) {
  const steps = h(
    "div.rr-row.rr-arrival-steps",
    { role: "group", "aria-label": "Next steps" },
    button("Check", check, { title: "Look for duplicates, leakage and unreadable texts" }),
    button("Annotate", () => goTo("annotate", { dataset })),
    button("Train", () => goTo("train", { dataset })),
    button("", close, { kind: "quiet icon", icon: "cross", label: "Dismiss" }),
  );
  const lines = notes.map((note) => h("p.rr-note", note));
  return h(
    "div.rr-card.rr-arrival",
    icon("finished"),
    h("div.rr-grow", { role: "status" }, h("b", { tabindex: -1 }, `${summary}.`), lines),
    steps,
  );
}
