// What is selected (tab, dataset, run, view ...) is kept in the address, so that views can be linked.

import { emit } from "./events.js";
import { keepFocus } from "./panel.js";

/**
 * @typedef {"tab" | "dataset" | "open" | "view" | "run" | "a" | "b" | "c" | "q" | "from" | "k"
 *   | "p" | "cascade" | "browse" | "compare" | "review"} AddressKey
 * @typedef {Partial<Record<AddressKey, string>>} Address
 */

/** The browser's Back leads from one of these to the one before. @type {string[]} */
const PLACES = ["tab", "open", "view", "run", "review"];

/** Keys that one tab alone reads: the address of another tab goes without them. */
/** @type {Partial<Record<AddressKey, string>>} */
const OWNERS = {
  open: "data",
  view: "data",
  review: "annotate",
  run: "train",
  compare: "train",
  a: "playground",
  b: "playground",
  c: "playground",
  q: "playground",
  from: "playground",
  k: "playground",
  p: "playground",
  cascade: "playground",
  browse: "playground",
};

/** @type {Address} read it; change it with `setAddress` */
export const address = read();

/** @returns {Address} */
function read() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/**
 * Change the address and tell every listener of a changed key; null and "" remove a key.
 * @param {Partial<Record<AddressKey, string | number | null>>} changes
 * @param {{ back?: boolean }} [options] back: false for a change that Back should not undo
 */
export function setAddress(changes, { back = true } = {}) {
  /** @type {AddressKey[]} */
  const changed = [];
  for (const [name, value] of Object.entries(changes)) {
    const key = /** @type {AddressKey} */ (name);
    const text = value === null || value === undefined ? "" : String(value);
    if ((address[key] ?? "") === text) continue;
    if (text) address[key] = text;
    else delete address[key];
    changed.push(key);
  }
  const url = shownAddress();
  if (back && changed.some((key) => PLACES.includes(key))) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  for (const key of changed) emit(key, address[key]);
}

/** The address of the open tab: what other tabs show is kept in the page, not in the link. */
function shownAddress() {
  const url = new URL(location.href);
  for (const name of ["tab", "dataset", ...Object.keys(OWNERS)]) {
    const key = /** @type {AddressKey} */ (name);
    const text = isElsewhere(key, address.tab) ? "" : address[key];
    if (text) url.searchParams.set(key, text);
    else url.searchParams.delete(key);
  }
  return url;
}

/**
 * Whether a key belongs to another tab.
 * @param {AddressKey} key
 * @param {string} [tab]
 */
function isElsewhere(key, tab = "data") {
  return !!OWNERS[key] && OWNERS[key] !== tab;
}

/**
 * Gradio's button of a tab.
 * @param {string} [tab] its button; null where the page has no such tab, as in a demo
 */
export function tabButton(tab) {
  return document.getElementById(`rr-tab-${tab}-button`);
}

/**
 * Open a tab.
 * @param {string} tab
 * @param {Partial<Record<AddressKey, string | number | null>>} [changes]
 */
export function goTo(tab, changes = {}) {
  setAddress({ ...changes, tab });
  tabButton(tab)?.click();
  window.scrollTo(0, 0);
  keepFocus();
}

function followHistory() {
  const before = { ...address };
  const now = /** @type {Address} */ ({ tab: "data", ...read() });
  for (const name of Object.keys(before)) {
    const key = /** @type {AddressKey} */ (name);
    if (isElsewhere(key, now.tab)) now[key] ??= before[key];
  }
  for (const key of Object.keys(before)) delete address[/** @type {AddressKey} */ (key)];
  Object.assign(address, now);
  if (before.tab !== now.tab) tabButton(now.tab)?.click();
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const key = /** @type {AddressKey} */ (name);
    if (before[key] !== now[key]) emit(key, now[key]);
  }
}

window.addEventListener("popstate", followHistory);
