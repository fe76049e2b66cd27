// Forms of a few fields, and fields that show a secret once.

import { copyText } from "./clipboard.js";
import { button, errorBox } from "./controls.js";
import { fill, h } from "./dom.js";

/** @typedef {{ input: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement, row: HTMLElement }} Field */

/**
 * A field for a line of text, below its label.
 * @param {string} label
 * @param {{ type?: string, value?: string, complete?: string }} [options]
 */
export function textField(label, { type = "text", value = "", complete = "off" } = {}) {
  const input = h("input.rr-entry", { type, value, autocomplete: complete, maxlength: 1000 });
  return { input, row: h("label.rr-labelled", h("span", label), input) };
}

/**
 * A list of choices, below its label.
 * @param {string} label
 * @param {[value: string, word: string][]} options
 * @param {string} value
 * @param {(value: string) => unknown} [onchange]
 */
export function choiceField(label, options, value, onchange) {
  const words = options.map(([key, word]) => {
    return h("option", { value: key, selected: key === value }, word);
  });
  const input = h("select.rr-entry", { "aria-label": label }, words);
  input.addEventListener("change", () => onchange?.(input.value));
  return { input, row: h("label.rr-labelled", h("span", label), input) };
}

/**
 * A form with one button; what fails is shown above the button.
 * @param {Field[]} fields
 * @param {string} word on the button
 * @param {(...values: string[]) => Promise<unknown>} act
 */
export function fieldForm(fields, word, act) {
  const fault = h("div", { "aria-live": "polite" });
  const go = h("button.rr-button.primary", { type: "submit" }, word);
  /** @param {SubmitEvent} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      await act(...fields.map((field) => field.input.value));
      fill(fault);
    } catch (error) {
      fill(fault, errorBox(error));
    }
    go.disabled = false;
  };
  const rows = fields.map((field) => field.row);
  return h("form.rr-form", { onsubmit }, rows, fault, h("div", go));
}

/**
 * A text that is shown this once, with a button that copies it.
 * @param {string} text
 * @param {string} note
 */
export function secretField(text, note) {
  const field = h("input.rr-entry.rr-mono", {
    readonly: true,
    value: text,
    "aria-label": note,
  });
  field.addEventListener("focus", () => field.select());
  const copy = button("Copy", () => copyText(text, "Copied"));
  return h("div.rr-secret", h("p.rr-muted", note), h("div.rr-row", field, copy));
}
