// The settings of a recipe: rows with a label, one line of help, and a control.

import { h } from "../lib/dom.js";
import { errorSentence, Refused } from "../lib/server.js";

const GUIDE = "guide/train";
const LONGEST = 9; // characters of a choice that stands beside its label
const FOLDS = /** @type {const} */ ([
  ["Advanced", "rr-run-advanced", "epochs, batch, learning rate, seed"],
  ["More settings", "rr-run-more", "loss, schedule, hard negatives"],
]);

/**
 * Scroll the form so that a fold that opens is in view, below its title.
 * @param {MouseEvent} event
 */
function showFold({ currentTarget }) {
  const fold = /** @type {HTMLElement} */ (currentTarget).parentElement;
  const form = fold?.closest(".rr-run-form");
  if (!fold || !form || fold.hasAttribute("open")) return; // it is about to close
  requestAnimationFrame(() => {
    form.scrollTop += fold.getBoundingClientRect().top - form.getBoundingClientRect().top;
  });
}

/**
 * What the user set in a field, and what had filled it, as the field shows them.
 * @typedef {{ label: string, value: string, filled: string }} FieldChange
 */

/** The fields of a recipe. */
export class RecipeFields {
  /** @param {(name: string) => unknown} changed the field that the user changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Record<string, HTMLInputElement | HTMLSelectElement>} */
    this.controls = {};
    /** @type {Set<string>} names of fields that the user changed: nothing fills them */
    this.edited = new Set();
    /** @type {string | null} */
    this.wrong = null; // the name of the field that is marked as wrong
    /** @type {HTMLElement[]} */
    this.nodes = [];
    /** @type {Record<string, string> | null} null until they are drawn */
    this.values = null;
  }

  /**
   * @param {FormOffers["fields"]} groups the first goes into a fold of its own
   * @param {Record<string, string>} values
   */
  draw([main, ...more], values) {
    const contents = [
      this.group({ ...main, title: "Training" }),
      more.map((group) => this.group(group)),
    ];
    this.nodes = FOLDS.map(([title, id, about], at) =>
      h(
        "details.rr-fold",
        { id },
        h("summary", { onclick: showFold }, h("span", title), h("span.rr-muted.rr-cut", about)),
        h("div.rr-fold-fields", contents[at]),
      ),
    );
    this.set(values);
  }

  /** @param {FormOffers["fields"][number]} group */
  group({ title, fields }) {
    const head = h("div.rr-fold-title", h("h3", title), guideLink(title, slug(title)));
    return [head, fields.map((field) => this.row(field))];
  }

  /** @param {RecipeField} field */
  row({ name, label, help, choices }) {
    const id = `rr-run-${name}`;
    const properties = { id, "aria-describedby": `${id}-help` };
    const control = choices
      ? h(
          "select.rr-select",
          properties,
          choices.map(([value, word]) => h("option", { value }, word)),
        )
      : h("input.rr-field", { ...properties, autocomplete: "off", spellcheck: "false" });
    control.addEventListener("input", () => {
      this.edited.add(name);
      this.changed(name);
    });
    this.controls[name] = control;
    const wide = choices?.some(([, word]) => word.length > LONGEST);
    return h(
      "div.rr-fold-row",
      { class: wide && "wide" },
      h("label", { for: id }, label),
      control,
      h("p.rr-faint", { id: `${id}-help` }, help),
      h("p.rr-field-error", { id: `${id}-error` }),
    );
  }

  /** Mark the field that an error names. @param {unknown} error null for none */
  mark(error) {
    this.wrong = (error instanceof Refused && error.field) || null;
    for (const [name, control] of Object.entries(this.controls)) {
      const is = name === this.wrong;
      const text = document.getElementById(`${control.id}-error`);
      if (text) text.textContent = is ? errorSentence(error) : "";
      control.setAttribute("aria-invalid", String(is));
      const described = is ? `${control.id}-error` : `${control.id}-help`;
      control.setAttribute("aria-describedby", described);
    }
  }

  /** Bring the marked field into view and give it the focus. */
  showWrong() {
    const control = this.wrong ? this.controls[this.wrong] : null;
    if (!control) return;
    control.closest("details")?.setAttribute("open", "");
    control.scrollIntoView({ block: "center" });
    control.focus({ preventScroll: true });
  }

  /** @param {Record<string, string>} values of some fields, or of all */
  set(values) {
    this.values = { ...this.values, ...values };
    for (const [name, value] of Object.entries(values)) {
      if (this.controls[name] && !this.edited.has(name)) this.controls[name].value = value;
    }
  }

  /** @param {string} name */
  empty(name) {
    this.edited.delete(name);
    this.set({ [name]: "" });
  }

  /**
   * What the user set in a field in the place of what filled it; null where they are equal.
   * @param {string} name
   * @returns {FieldChange | null}
   */
  change(name) {
    const control = this.controls[name];
    const filled = this.values?.[name] ?? "";
    if (!this.edited.has(name) || control.value === filled) return null;
    const label = control.labels?.[0]?.textContent ?? "";
    return { label, value: shown(control, control.value), filled: shown(control, filled) };
  }

  /** The time budget. */
  get budget() {
    return /** @type {"quick" | "quality" | "thorough"} */ (this.controls.budget.value);
  }

  /** What the fields hold now. */
  read() {
    const entries = Object.entries(this.controls).map(([name, { value }]) => [name, value]);
    return /** @type {Record<string, string>} */ (Object.fromEntries(entries));
  }
}

/**
 * A value as its control shows it.
 * @param {HTMLInputElement | HTMLSelectElement} control
 * @param {string} value
 */
function shown(control, value) {
  if (control instanceof HTMLInputElement) return value;
  return [...control.options].find((option) => option.value === value)?.text ?? value;
}

/** @param {string} title */
function slug(title) {
  return title.toLowerCase().replaceAll(" ", "-");
}

/**
 * @param {string} title
 * @param {string} anchor
 */
function guideLink(title, anchor) {
  const where = { href: `${GUIDE}#${anchor}`, target: "_blank", rel: "noopener" };
  return h("a.rr-guide-link", { ...where, "aria-label": `${title} in the guide` }, "Guide");
}
