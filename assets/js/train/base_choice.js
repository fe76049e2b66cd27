// The base model of a new run: one of those offered, or any other by its name.

import { fill, h } from "../lib/dom.js";
import { groupedOptions } from "./form_parts.js";

const OTHER = "?"; // the option that asks for a name

/** The choice of a base model. */
export class BaseChoice {
  /** @param {() => unknown} changed by the user */
  constructor(changed) {
    this.select = h("select.rr-select", { id: "rr-run-base" });
    this.other = h("input.rr-field", {
      id: "rr-run-base-other",
      "aria-label": "Hub id or folder of the base model",
      placeholder: "owner/model on the Hub, or a folder",
      spellcheck: "false",
      autocomplete: "off",
      hidden: true,
    });
    this.select.addEventListener("change", () => {
      this.showOther();
      if (this.select.value === OTHER) this.other.focus();
      else changed();
    });
    this.other.addEventListener("change", changed);
  }

  get value() {
    return this.select.value === OTHER ? this.other.value.trim() : this.select.value;
  }

  set value(name) {
    const offered = [...this.select.options].some((option) => option.value === name);
    this.select.value = offered ? name : OTHER;
    if (!offered) this.other.value = name;
    this.showOther();
  }

  showOther() {
    this.other.hidden = this.select.value !== OTHER;
  }

  /**
   * @param {OfferGroup[]} groups
   * @param {string} chosen
   */
  offer(groups, chosen) {
    const other = { group: "", options: [{ value: OTHER, word: "Another model …" }] };
    fill(this.select, groupedOptions([...groups, other]));
    this.value = chosen;
  }
}
