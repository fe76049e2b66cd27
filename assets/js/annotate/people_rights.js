// Who decides disputed pairs, and who is offered test pairs.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { tableHead } from "../lib/table.js";
import { personMark } from "./people.js";

const NOTE =
  "Admins always decide disputed pairs. Test pairs are sealed for everyone who is not ticked.";

export class PeopleRights {
  /** @param {LabellingSettings} settings */
  constructor(settings) {
    this.names = new Set(settings.people);
    this.adjudicators = new Set(settings.adjudicators);
    this.testAnnotators = new Set(settings.test_annotators);
    this.rows = h("tbody");
    const label = { maxlength: 80, "aria-label": "Name of another annotator" };
    this.field = h("input.rr-field", label);
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.addName();
    });
    const head = tableHead(["Name", ["Decides disputed", "tick"], ["Offered test pairs", "tick"]]);
    const add = button("Add name", () => this.addName(), { kind: "small" });
    this.node = [
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
    };
  }

  draw() {
    const rows = [...this.names].map((name) =>
      h(
        "tr",
        h("td", personMark(name)),
        tick(this.adjudicators, name, "decides disputed pairs"),
        tick(this.testAnnotators, name, "is offered test pairs"),
      ),
    );
    fill(this.rows, rows);
  }

  addName() {
    const name = this.field.value.trim().replace(/\s+/g, " ");
    if (name) {
      this.names.add(name);
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
 */
function tick(chosen, name, word) {
  const checked = chosen.has(name);
  const box = h("input", { type: "checkbox", "aria-label": `${name} ${word}`, checked });
  box.addEventListener("change", () => (box.checked ? chosen.add(name) : chosen.delete(name)));
  return h("td.tick", box);
}
