// Whether every label is saved, or how many wait to be sent.

import { connection } from "../lib/connection.js";
import { fill, h } from "../lib/dom.js";
import { formatInt } from "../lib/format.js";
import { icon } from "../lib/icons.js";

const PATIENCE = 300; // milliseconds in which a label that is being sent is not worth a word

/** The mark that says whether every label is saved. */
export class SaveState {
  /** @param {import("./labelling.js").Labelling} labelling */
  constructor(labelling) {
    this.labelling = labelling;
    this.node = h("span.rr-an-state", { role: "status" });
    this.text = "";
    this.timer = 0;
  }

  /** @returns {{ kind: string, shape: IconName, text: string }} */
  state() {
    const count = this.labelling.waiting();
    if (!count) return { kind: "saved", shape: "check", text: "Saved" };
    if (this.labelling.offline) {
      const why = connection.state === "signed out" ? "Signed out" : "Offline";
      const text = `${why}, ${formatInt(count)} saved in this browser`;
      return { kind: "offline", shape: "offline", text };
    }
    return { kind: "waiting", shape: "upload", text: `${formatInt(count)} waiting` };
  }

  draw() {
    if (!this.labelling.outbox) {
      fill(this.node);
      return;
    }
    const { kind, text } = this.state();
    if (text === this.text) return;
    clearTimeout(this.timer);
    if (kind === "waiting" && this.text === "Saved") {
      this.timer = window.setTimeout(() => this.show(), PATIENCE);
    } else this.show();
  }

  show() {
    const { kind, shape, text } = this.state();
    this.text = text;
    this.node.className = `rr-an-state ${kind}`;
    fill(this.node, icon(shape), text);
  }
}
