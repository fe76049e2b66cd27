// A menu under the button that opens it; one at a time.

import { button } from "./controls.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @typedef {object} MenuEntry
 * @property {string} text
 * @property {() => unknown} act
 * @property {IconName} [icon]
 * @property {string} [more] faint, at its right end
 * @property {boolean} [danger]
 *
 * @typedef {(MenuEntry | "-" | false | null | undefined)[]} MenuEntries "-" is a line between entries
 */
/**
 * @template T
 * @typedef {T | Promise<T>} Awaitable
 */

/**
 * A button that opens a menu.
 * @param {string} text
 * @param {() => MenuEntries} entries those of the moment when it is opened
 * @param {Parameters<typeof button>[2]} [options]
 */
export function menuButton(text, entries, options) {
  return withMenu(button(text, undefined, options), entries);
}

/**
 * Have a button open a menu.
 * @template {HTMLButtonElement} Button
 * @param {Button} node
 * @param {() => Awaitable<MenuEntries | null>} entries those of the moment when it is pressed; null
 *   opens no menu
 * @param {() => unknown} [act] what it does instead after `setOpensMenu(node, false)`
 */
export function withMenu(node, entries, act) {
  setOpensMenu(node, true);
  node.addEventListener("click", async () => {
    if (!node.hasAttribute("aria-haspopup")) {
      act?.();
      return;
    }
    const shown = await entries();
    if (shown) openMenu(node, shown);
  });
  return node;
}

/**
 * Say whether a button opens its menu or acts at once.
 * @param {HTMLButtonElement} node
 * @param {boolean} opens
 */
export function setOpensMenu(node, opens) {
  if (!opens) {
    node.removeAttribute("aria-haspopup");
    node.removeAttribute("aria-expanded");
  } else if (!node.hasAttribute("aria-haspopup")) {
    node.setAttribute("aria-haspopup", "menu");
    node.setAttribute("aria-expanded", "false");
  }
}

/**
 * Open a menu below its button.
 * @param {HTMLElement} anchor
 * @param {MenuEntries} entries
 */
export function openMenu(anchor, entries) {
  document.querySelector(".rr-menu")?.remove();
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (anchor.hasAttribute("aria-expanded")) anchor.setAttribute("aria-expanded", "false");
  };
  /** @param {PointerEvent} event */
  const outside = (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !anchor.contains(target)) close();
  };
  /** @param {MenuEntry} entry */
  const choose = (entry) => {
    close();
    anchor.focus();
    entry.act();
  };
  const menu = h("div.rr-menu.rr-widget", { role: "menu" }, drawEntries(entries, choose));
  menu.addEventListener("keydown", (event) => pressed(event, menu, anchor, close));
  document.body.append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button")?.focus();
}

/**
 * @param {MenuEntries} entries
 * @param {(entry: MenuEntry) => void} choose
 */
function drawEntries(entries, choose) {
  return entries.map((entry) => {
    if (!entry) return null;
    if (entry === "-") return h("hr");
    const properties = {
      type: "button",
      role: "menuitem",
      class: entry.danger ? "danger" : "",
      onclick: () => choose(entry),
    };
    const text = h("span.rr-grow.rr-cut", entry.text);
    const more = entry.more && h("span.rr-faint", entry.more);
    return h("button", properties, entry.icon && icon(entry.icon), text, more);
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} menu
 * @param {HTMLElement} anchor
 * @param {() => void} close
 */
function pressed(event, menu, anchor, close) {
  const buttons = [...menu.querySelectorAll("button")];
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const step = { ArrowDown: 1, ArrowUp: buttons.length - 1 }[event.key];
  if (event.key === "Tab") {
    anchor.focus(); // Tab moves on from there
    close();
    return;
  }
  if (event.key === "Escape") {
    close();
    anchor.focus();
  } else if (step !== undefined) buttons[(at + step) % buttons.length]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Under the anchor, inside the window.
 * @param {HTMLElement} menu
 * @param {HTMLElement} anchor
 */
function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const top = Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8);
  const left = Math.max(8, Math.min(box.left, window.innerWidth - menu.offsetWidth - 8));
  menu.style.top = `${top + window.scrollY}px`;
  menu.style.left = `${left + window.scrollX}px`;
}
