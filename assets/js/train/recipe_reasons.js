// Why the form is filled as it is: the advisor's reasons, what a card asks for and cannot have.

import { errorBox, notice } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";

/**
 * @typedef {import("./form_fields.js").RecipeFields} RecipeFields
 * @typedef {import("./form_fields.js").FieldChange} FieldChange
 */

const FIT =
  "This card was printed by CrossEncoder.fit(), which ignored these optimizer settings. Choose: as printed, or as trained.";
const CARD = "The form shows what the card says.";

/** The reasons for the values of the form, while the fields have these values. */
export class Reasons {
  /** @param {RecipeFields} fields */
  constructor(fields) {
    this.fields = fields;
    this.node = h("div.rr-why-box", { id: "rr-train_why", "aria-live": "polite" });
    this.clear();
  }

  clear() {
    /** @type {{ choice: RecipeChoice, node: HTMLElement }[]} */
    this.rows = [];
    fill(this.node);
  }

  /** @param {unknown} error */
  refuse(error) {
    this.clear();
    fill(this.node, errorBox(error));
  }

  /** @param {RecipeReasons} reasons */
  show({ note, card, fit, choices, notices = [] }) {
    this.rows = (choices ?? []).map((choice) => ({ choice, node: h("div") }));
    const lines = this.rows.map(({ node }) => node);
    const parts = [
      note && h("p.rr-why-note", note),
      card && h("p.rr-why-note", fit ? FIT : CARD),
      choices && h("dl.rr-reasons", lines),
      ...notices.map((text) => notice(text)),
    ];
    this.redraw();
    fill(this.node, parts);
  }

  /** Redraw the reasons of fields that were changed; others stay, as each change is read out. */
  redraw() {
    for (const { choice, node } of this.rows) {
      const { name, value, reason, fields } = choice;
      const changes = setByUser(fields.map((field) => this.fields.change(field)));
      const line = changes
        ? [h("dt", name), h("dd", changes)]
        : [h("dt", name, h("b", value)), h("dd", reason)];
      if (node.textContent !== line.map((part) => part.textContent).join("")) fill(node, line);
    }
  }
}

/**
 * What the user changed, as a sentence; "" without any change.
 * @param {(FieldChange | null)[]} changes null for a field that is as it was filled
 */
export function setByUser(changes) {
  const words = changes
    .filter((change) => !!change)
    .map(
      ({ label, value, filled }) => `${label} ${value || "none"} instead of ${filled || "none"}`,
    );
  return words.length ? `Set by you: ${words.join(", ")}.` : "";
}
