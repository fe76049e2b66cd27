// What a dataset says whose pairs all came with labels: it is reviewed, not labelled again.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { openAddPairs } from "./adding.js";

const REVIEW = "Your label counts in place of the imported one.";
const BLIND = "You do not see the imported labels, so that they do not influence you.";
const OPEN = "The imported label is shown below each passage.";

/** The notice above a dataset whose pairs all came with labels. */
export class ImportedLabels {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.node = h("div.rr-an-came.rr-hidden", { role: "note" });
  }

  draw() {
    const { loaded, progress, review } = this.session;
    const all = !!loaded?.may.label && loaded.has_imported_labels && !loaded.has_unlabelled;
    this.node.classList.toggle("rr-hidden", !all || !!review.section);
    if (!all) return;
    const count = progress ? `All ${formatInt(progress.total)} pairs` : "All pairs";
    const title = h("b", `${count} came with a label. Review them here. `);
    const text = h("span.rr-muted", `${REVIEW} ${loaded.blind ? BLIND : OPEN}`);
    fill(this.node, icon("info"), h("div.rr-grow", title, text), loaded.may.own && this.actions());
  }

  actions() {
    const { session } = this;
    const { blind } = session.stream;
    const word = blind ? "Show imported labels" : "Hide imported labels";
    return [
      button(word, () => session.rules.setBlind(!blind), { kind: "small" }),
      button("Add pairs", () => openAddPairs(session), { kind: "small", icon: "plus" }),
    ];
  }
}
