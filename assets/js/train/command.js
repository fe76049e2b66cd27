// The command that starts the same run, and its recipe as a file.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { saveText } from "../lib/files.js";
import { toast } from "../lib/toast.js";

const SAVE = "As a YAML file, to load here or to pass to the command";

/** The command and the recipe of the form, to copy. */
export class CommandView {
  constructor() {
    /** @type {RunPlan | null} */
    this.plan = null;
    this.node = h("div.rr-run-command", { hidden: true });
    this.button = button("Show the command", () => this.toggle(), { kind: "quiet" });
    this.button.setAttribute("aria-expanded", "false");
  }

  toggle() {
    this.node.hidden = !this.node.hidden;
    this.button.setAttribute("aria-expanded", String(!this.node.hidden));
    this.draw();
  }

  /** @param {RunPlan} plan */
  show(plan) {
    this.plan = plan;
    this.draw();
  }

  draw() {
    if (!this.plan || this.node.hidden) return;
    const { command, yaml, recipe } = this.plan;
    const code = h("pre.rr-command", { tabindex: 0 }, command);
    const copy = button("Copy", () => copyCommand(code, command), { kind: "small" });
    const save = () => saveText(`${recipe}.yaml`, yaml, "application/yaml");
    const options = { kind: "small", icon: /** @type {const} */ ("download"), title: SAVE };
    const row = h("div.rr-row", copy, button("Save the recipe", save, options));
    fill(this.node, h("div.rr-sunken", code, row));
  }
}

/**
 * @param {HTMLElement} code
 * @param {string} command
 */
async function copyCommand(code, command) {
  try {
    await navigator.clipboard.writeText(command);
    toast("Command copied");
  } catch {
    getSelection()?.selectAllChildren(code); // no clipboard on plain http
    toast("Press Ctrl C to copy the command");
  }
}
