// Who decides disputed pairs, and who is offered test pairs.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { tableHead } from "../lib/table.js";
import { personMark } from "./people.js";

const NOTE =
  "Admins always decide disputed pairs. Test pairs are sealed for everyone who is not ticked.";

const LIMITED = " label this dataset; admins and those who decide always may";

/** The lists of people who may label, decide, and see test pairs. */
export class PeopleRights {
  /** @param {LabellingSettings} settings */
  constructor(settings) {
    this.names = new Set(settings.people);
    this.adjudicators = new Set(settings.adjudicators);
    this.testAnnotators = new Set(settings.test_annotators);
    this.annotators = new Set(settings.annotators ?? settings.people);
    this.limited = h("input", { type: "checkbox", checked: !!settings.annotators });
    this.limited.addEventListener("change", () => this.draw());
    this.rows = h("tbody");
    const label = { maxlength: 80, "aria-label": "Name of another annotator" };
    this.field = h("input.rr-field", label);
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.addName();
    });
    const head = tableHead([
      "Name",
      ["Decides disputed", "tick"],
      ["Offered test pairs", "tick"],
      ["Labels", "tick"],
    ]);
    const add = button("Add name", () => this.addName(), { kind: "small" });
    this.node = [
      h(
        "label.rr-an-option",
        this.limited,
        h("span", h("b", "Only some people"), h("span.rr-muted", LIMITED)),
      ),
      h("table.rr-table.rr-an-rights", head, this.rows),
      h("div.rr-row", this.field, add),
      h("p.rr-faint", NOTE),
    ];
    this.draw();
  }

  values() {
    return {
      adjudicators: [...this.adjudicators],
      test_annotators: [...this.testAnnotators],
      annotators: this.limited.checked ? [...this.annotators] : [],
    };
  }

  draw() {
    const rows = [...this.names].map((name) =>
      h(
        "tr",
        h("td", personMark(name)),
        tick(this.adjudicators, name, "decides disputed pairs"),
        tick(this.testAnnotators, name, "is offered test pairs"),
        tick(this.annotators, name, "labels this dataset", !this.limited.checked),
      ),
    );
    fill(this.rows, rows);
  }

  addName() {
    const name = this.field.value.trim().replace(/\s+/g, " ");
    if (name) {
      this.names.add(name);
      this.annotators.add(name);
      this.field.value = "";
      this.draw();
    }
    this.field.focus();
  }
}

/**
 * @param {Set<string>} chosen
 * @param {string} name
 * @param {string} word
 * @param {boolean} [all] whether it holds for everyone
 */
function tick(chosen, name, word, all = false) {
  const checked = all || chosen.has(name);
  const label = { "aria-label": `${name} ${word}`, checked, disabled: all };
  const box = h("input", { type: "checkbox", ...label });
  box.addEventListener("change", () => (box.checked ? chosen.add(name) : chosen.delete(name)));
  return h("td.tick", box);
}
