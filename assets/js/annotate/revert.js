// Reverting the labels of one annotator since a given time.

import { button, errorBox } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatInt, plural } from "../lib/format.js";
import { toast } from "../lib/toast.js";

/**
 * Open the dialog that reverts the labels of one annotator.
 * @param {import("./session.js").Session} session
 * @param {string} name
 * @param {() => unknown} changed
 * @param {(edit: number) => unknown} restore
 */
export function openRevert(session, name, changed, restore) {
  new RevertDialog(session, name, changed, restore).count();
}

class RevertDialog {
  /**
   * @param {import("./session.js").Session} session
   * @param {string} name
   * @param {() => unknown} changed
   * @param {(edit: number) => unknown} restore
   */
  constructor(session, name, changed, restore) {
    this.session = session;
    this.name = name;
    this.changed = changed;
    this.restore = restore;
    this.turn = 0;
    this.field = h("input.rr-field", { type: "datetime-local", value: `${today()}T00:00` });
    this.field.addEventListener("input", () => this.count());
    this.facts = h("p.rr-muted", { role: "status" });
    this.errors = h("div");
    this.go = button("Revert", () => this.revert(), { kind: "danger", disabled: true });
    const cancel = button("Cancel", () => this.dialog.close(), { kind: "quiet" });
    this.dialog = openDialog(
      "Revert labels",
      "wide",
      h(
        "p",
        "Every label and skip of ",
        h("b", name),
        " since this time is reverted. The pairs need labels again, their history keeps every step, and you can restore the labels.",
      ),
      h("div.rr-row.rr-an-foot", h("label", h("span.rr-label", "Since"), this.field)),
      this.facts,
      this.errors,
      h("div.rr-row.rr-an-foot", this.go, cancel),
    );
  }

  /** What it would revert. */
  get request() {
    const since = new Date(this.field.value).getTime() / 1000;
    return { dataset: this.session.openDataset, annotator: this.name, since };
  }

  /** Say how many labels it would revert. */
  async count() {
    this.turn += 1;
    const { turn } = this;
    this.go.disabled = true;
    fill(this.errors);
    if (!this.field.value) {
      this.facts.textContent = "Choose a day and a time.";
      return;
    }
    try {
      const counts = await this.session.server.labels_since(this.request);
      if (turn === this.turn) this.showCount(counts);
    } catch (error) {
      if (turn === this.turn) fill(this.errors, errorBox(error));
    }
  }

  /** @param {{ labels: number, skips: number }} counts */
  showCount({ labels, skips }) {
    const count = labels + skips;
    const skipped = skips ? ` and ${plural(skips, "skip")}` : "";
    const text = `${plural(labels, "label")}${skipped} since then. Pairs labelled before and changed after get their former label.`;
    this.facts.textContent = count ? text : "No labels since then.";
    this.go.textContent = count ? `Revert ${formatInt(count)}` : "Revert";
    this.go.disabled = !count;
  }

  async revert() {
    this.go.disabled = true;
    try {
      const { pairs, edit } = await this.session.server.revert_labels(this.request);
      this.dialog.close();
      toast(`${plural(pairs, "label")} of ${this.name} reverted`, () => this.restore(edit));
      emit("changed");
      this.session.reads.all();
      this.changed();
    } catch (error) {
      fill(this.errors, errorBox(error));
      this.go.disabled = false;
    }
  }
}

/** Today's date in local time, as a date field takes it. */
function today() {
  const now = new Date();
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
