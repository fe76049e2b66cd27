// The choice of a ranker: one of a list, or a model of the Hub by its id.

import { h } from "../lib/dom.js";
import { isRun } from "./view.js";

/** @typedef {import("./ranked_lists.js").RankedLists} RankedLists */

const HUB = "?"; // the entry that asks for a model of the Hub
const NONE = "-";

/**
 * The list of rankers, or the field in its place while somebody writes an id there.
 * @param {RankedLists} lists
 * @param {Letter} letter
 */
export function rankerChoice(lists, letter) {
  const field = lists.idFields.get(letter);
  if (!field) return rankerList(lists, letter);
  // The head is being drawn again: a field that moves loses the focus.
  if (document.activeElement === field) queueMicrotask(() => field.focus());
  return field;
}

/**
 * @param {RankedLists} lists
 * @param {Letter} letter
 */
function rankerList(lists, letter) {
  const { view, actions } = lists;
  const name = view[letter] ?? "";
  const used = lists.sideOf(letter);
  const option = (/** @type {RankerChoice} */ ranker) => {
    const title = used?.name === ranker.name ? used.title : ranker.title;
    const words = [title, ranker.ready ? ranker.detail : ranker.why].filter(Boolean);
    return h("option", { value: ranker.name, disabled: !ranker.ready }, words.join(" · "));
  };
  const runs = view.rankers.filter((ranker) => isRun(ranker.name));
  const others = view.rankers.filter((ranker) => !isRun(ranker.name));
  const listed = view.rankers.some((ranker) => ranker.name === name);
  const select = h(
    "select.rr-select",
    { "aria-label": `Ranker ${letter.toUpperCase()}` },
    runs.length ? h("optgroup", { label: "Runs" }, runs.map(option)) : null,
    h("optgroup", { label: "Baselines" }, others.map(option)),
    listed ? null : h("option", { value: name }, used?.title || name),
    view.demo ? null : h("option", { value: HUB }, "A model of the Hub…"),
    letter === "c" ? h("option", { value: NONE }, "No third ranker") : null,
  );
  select.value = name;
  select.addEventListener("change", () => {
    if (select.value === HUB) askForModel(lists, letter, select);
    else if (select.value === NONE) lists.setThird(null);
    else actions.swap(letter, select.value);
  });
  return select;
}

/**
 * Ask for the id of a model in the place of the list.
 * @param {RankedLists} lists
 * @param {Letter} letter
 * @param {HTMLElement} select
 */
function askForModel(lists, letter, select) {
  const properties = { placeholder: "owner/model", "aria-label": "Hub id" };
  const field = h("input.rr-field", properties);
  const close = () => {
    lists.idFields.delete(letter);
    const list = rankerList(lists, letter);
    field.replaceWith(list);
    list.focus();
  };
  field.addEventListener("keydown", (event) => {
    const id = field.value.trim();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    close();
    if (event.key === "Enter" && id) lists.actions.swap(letter, id);
  });
  lists.idFields.set(letter, field);
  select.replaceWith(field);
  field.focus();
}
