// Where a model card or a recipe as YAML is given: as text, as a file, or by its Hub id.

import { button } from "../lib/controls.js";
import { h } from "../lib/dom.js";

/** @type {[value: string, word: string][]} */
const VARIANTS = [
  ["printed", "As the card prints"],
  ["fit", "As fit() trained"],
];
const LARGEST = 2_000_000; // bytes of a file that is read

/** The field for a model card or a recipe. */
export class CardSource {
  /** @param {(text: string, variant: "printed" | "fit") => unknown} fill */
  constructor(fill) {
    this.text = h("textarea.rr-field", { id: "rr-run-card", rows: 4, spellcheck: "false" });
    this.file = h("input", { type: "file", hidden: true, accept: ".md,.yaml,.yml,.json" });
    this.variants = VARIANTS.map(([value, word], at) => {
      const properties = { type: "radio", name: "rr-run-variant", value, checked: at === 0 };
      const input = h("input", properties);
      input.addEventListener("change", () => this.submit());
      return { input, node: h("label.rr-check", input, word) };
    });
    this.fill = fill;
    this.file.addEventListener("change", () => this.open());
    const label = "Model card or YAML: its text, or a Hub id";
    this.node = h(
      "div.rr-sunken.rr-run-source",
      { hidden: true },
      h("label.rr-label", { for: "rr-run-card" }, label),
      this.text,
      h("fieldset", h("legend.rr-label", "Optimizer"), ...this.variants.map(({ node }) => node)),
      h(
        "div.rr-row",
        button("Open a file", () => this.file.click(), { icon: "file" }),
        button("Fill the form", () => this.submit()),
        this.file,
      ),
    );
  }

  submit() {
    const chosen = this.variants.find(({ input }) => input.checked);
    this.fill(this.text.value, chosen?.input.value === "fit" ? "fit" : "printed");
  }

  /** The browser reads the file: nothing is uploaded. */
  async open() {
    const file = this.file.files?.[0];
    if (!file) return;
    this.text.value = await file.slice(0, LARGEST).text();
    this.file.value = "";
    this.submit();
  }
}
