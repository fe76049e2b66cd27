// Parts of the form: options in groups, and a label over its control.

import { h } from "../lib/dom.js";

/**
 * The options of a select; a group without a title stands alone, one without options is left out.
 * @param {OfferGroup[]} groups
 */
export function groupedOptions(groups) {
  return groups
    .filter(({ options }) => options.length)
    .map(({ group, options }) => {
      const nodes = options.map(({ value, word }) => h("option", { value }, word));
      return group ? h("optgroup", { label: group }, nodes) : nodes;
    });
}

/**
 * A label over a control; `more` controls belong to it.
 * @param {Child} text
 * @param {HTMLElement} control
 * @param {HTMLElement[]} more
 */
export function labelled(text, control, ...more) {
  return h("div.rr-run-line", h("label.rr-label", { for: control.id }, text), control, more);
}
