// The dialog: a title with a close button, and its content.

import { button, keyMark } from "./controls.js";
import { h } from "./dom.js";

/**
 * Open a dialog; closing it gives the focus back.
 * @param {string} title
 * @param {string} classes beside `rr-dialog`, such as "wide"; "" for none
 * @param {Child[]} content
 */
export function openDialog(title, classes, ...content) {
  const before = document.activeElement;
  const options = { kind: "quiet icon", icon: /** @type {const} */ ("cross"), label: "Close" };
  const close = button("", () => dialog.close(), options);
  const dialog = h(
    "dialog.rr-dialog.rr-widget",
    { "aria-label": title, class: classes },
    h("div.rr-dialog-head", h("h2.rr-grow.rr-cut", title), close),
    h("div.rr-dialog-body", content),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask before something that cannot be undone, or that takes long.
 * @param {string} title
 * @param {string} text what happens and what stays
 * @param {string} verb on the button
 * @param {() => unknown} act
 * @param {import("./controls.js").ButtonOptions & { cancel?: string }} [options] of the button
 */
export function confirmAction(title, text, verb, act, options = {}) {
  const sure = () => {
    dialog.close();
    act();
  };
  const deletes = { kind: "danger", icon: /** @type {const} */ ("trash") };
  const yes = button(verb, sure, "kind" in options ? options : { ...deletes, ...options });
  const no = button(options.cancel ?? "Cancel", () => dialog.close());
  const dialog = openDialog(title, "", h("p.rr-muted", text), h("div.rr-row", yes, no));
}

/**
 * The list of keys.
 * @param {[key: string, meaning: string][]} keys
 */
export function openKeyHelp(keys) {
  /** @type {[string, string][]} */
  const all = [...keys, ["Ctrl K", "Go to a tab or dataset, or run a command"], ["?", "This list"]];
  const rows = all.map(([key, word]) => h("div", h("dt", keyMark(key)), h("dd", word)));
  const foot = "Keys are off while you type and while another tab is open.";
  openDialog("Keys", "", h("dl.rr-an-keys", rows), h("p.rr-faint", foot));
}
