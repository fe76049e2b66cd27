// Buttons, and what stands where there is nothing to show: errors, skeletons, empty states.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { errorSentence } from "./server.js";

/**
 * @typedef {object} ButtonOptions
 * @property {string} [kind] classes beside `rr-button`
 * @property {IconName} [icon]
 * @property {string} [key] its keyboard shortcut, shown on it
 * @property {string} [label] its name where it shows no text
 * @property {string} [title]
 * @property {boolean} [disabled]
 */

/**
 * A button.
 * @param {string} text
 * @param {((event: MouseEvent) => unknown) | undefined} onclick
 * @param {ButtonOptions} [options]
 */
export function button(text, onclick, options = {}) {
  const { kind, icon: shape, key, label, title, disabled } = options;
  const properties = {
    type: "button",
    class: kind,
    onclick,
    "aria-label": label,
    title: title || label,
    disabled,
    "aria-keyshortcuts": key,
  };
  return h("button.rr-button", properties, shape && icon(shape), text, key && keyMark(key));
}

/**
 * Change what a button says, not its icon.
 * @param {HTMLButtonElement} node
 * @param {string} text
 */
export function setButtonText(node, text) {
  node.lastChild?.replaceWith(text);
}

/**
 * A key of the keyboard, as a hint.
 * @param {string} key
 */
export function keyMark(key) {
  return h("kbd.rr-key", { "aria-hidden": "true" }, key);
}

/**
 * A button that looks like a link.
 * @param {string} text
 * @param {(event: MouseEvent) => unknown} [onclick]
 */
export function linkButton(text, onclick) {
  return h("button.rr-link", { type: "button", onclick }, text);
}

/**
 * A sentence on what failed, and what can be done.
 * @param {unknown} error a sentence, or what was thrown
 * @param {Child[]} actions
 */
export function errorBox(error, ...actions) {
  const text = typeof error === "string" ? error : errorSentence(error);
  const foot = actions.length ? h("div.rr-row", { style: "margin-top:8px" }, actions) : null;
  return h("div.rr-error", { role: "alert" }, icon("failed"), h("div.rr-grow", h("p", text), foot));
}

/**
 * A paragraph with a warning.
 * @param {Child[]} content
 */
export function notice(...content) {
  return h("p.rr-notice", icon("warn"), h("span", content));
}

/** Grey bars in the place of what is loading. */
export function skeleton(rows = 6) {
  const bars = Array.from({ length: rows }, () => h("i"));
  return h("div.rr-skeleton", { "aria-hidden": "true" }, bars);
}

/**
 * What is shown where there is nothing yet.
 * @param {string} title
 * @param {string} text
 * @param {Child[]} actions
 */
export function emptyState(title, text, ...actions) {
  return h("div.rr-empty", h("h2", title), h("p", text), h("div.rr-row", actions));
}
