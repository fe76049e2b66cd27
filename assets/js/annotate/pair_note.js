// The note on the current pair; it is saved with the label.

import { button, linkButton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

/** The field for a note on the current pair. */
export class PairNote {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    this.node = h("div.rr-an-note");
  }

  draw() {
    const { note } = this.session;
    if (!note) {
      if (this.node.firstChild) fill(this.node);
      return;
    }
    const text = h("span.rr-an-noted", icon("note"), h("span", { dir: "auto" }, note));
    fill(
      this.node,
      text,
      linkButton("Change", () => this.edit()),
    );
  }

  edit() {
    const label = { maxlength: 2000, "aria-label": "Note on this pair", dir: "auto" };
    const field = h("input.rr-field.rr-grow", label);
    field.value = this.session.note;
    const keep = () => {
      this.session.note = field.value.trim();
      this.draw();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") keep();
      else this.draw();
    });
    const hint = h("span.rr-faint.rr-an-keyhint", "Enter to save, Esc to cancel");
    const save = button("Save", keep, { kind: "small" });
    fill(this.node, h("label.rr-muted", "Note"), field, save, hint);
    field.focus();
  }
}
