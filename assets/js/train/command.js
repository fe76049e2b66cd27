// The command that starts the same run, and its recipe as a file.

import { button } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { saveText } from "../lib/files.js";
import { toast } from "../lib/toast.js";

const SAVE = "As a YAML file, to load here or to pass to the command";

/** @param {Room<null>} context */
export function drawRoom({ room, props, watch }) {
  let open = false;
  const show = () => {
    const { command, yaml, name } = JSON.parse(props.value || "{}");
    if (!open || !command) {
      fill(room);
      return;
    }
    const code = h("pre.rr-command", { tabindex: 0 }, command);
    const copy = button("Copy", () => copyCommand(code, command), { kind: "small" });
    const save = () => saveText(`${name}.yaml`, yaml, "application/yaml");
    const options = { kind: "small", icon: /** @type {const} */ ("download"), title: SAVE };
    const row = h("div.rr-row", copy, button("Save the recipe", save, options));
    fill(room, h("div.rr-sunken", code, row));
  };
  document.addEventListener("rr-command", () => {
    open = !open;
    show();
  });
  watch("value", show);
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
