import { button, errorBox } from "./controls.js";
import { fill, h } from "./dom.js";
import { toast } from "./toast.js";

export const textField = (label, { type = "text", value = "", complete = "off" } = {}) => {
  const input = h("input", {
    type,
    value,
    autocomplete: complete,
    class: "rr-entry",
    maxlength: 1000,
  });
  return { input, row: h("label", { class: "rr-labelled" }, h("span", {}, label), input) };
};

// A form of fields with one button: `act(values)`; a refusal is shown above the button.
export const fieldForm = (fields, word, act) => {
  const fault = h("div", { "aria-live": "polite" });
  const go = h("button", { type: "submit", class: "rr-button primary" }, word);
  return h(
    "form",
    {
      class: "rr-form",
      onsubmit: async (event) => {
        event.preventDefault();
        go.disabled = true;
        try {
          await act(...fields.map((field) => field.input.value));
          fill(fault);
        } catch (error) {
          fill(fault, errorBox(error));
        }
        go.disabled = false;
      },
    },
    fields.map((field) => field.row),
    fault,
    h("div", {}, go),
  );
};

export const secretField = (text, note) => {
  const shown = h("input", {
    class: "rr-entry rr-mono",
    readonly: true,
    value: text,
    "aria-label": note,
    onfocus: (event) => event.target.select(),
  });
  const copy = button("Copy", () => {
    shown.select();
    (navigator.clipboard?.writeText(text) || Promise.resolve(document.execCommand("copy"))).then(
      () => toast("Copied"),
    );
  });
  return h(
    "div",
    { class: "rr-secret" },
    h("p", { class: "rr-muted" }, note),
    h("div", { class: "rr-row" }, shown, copy),
  );
};

export const choiceField = (label, options, value, onchange) => {
  const input = h(
    "select",
    { class: "rr-entry", "aria-label": label, onchange: () => onchange?.(input.value) },
    options.map(([key, word]) => h("option", { value: key, selected: key === value }, word)),
  );
  return { input, row: h("label", { class: "rr-labelled" }, h("span", {}, label), input) };
};
