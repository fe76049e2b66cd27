// One pair as a row of the table.

import { button } from "../lib/controls.js";
import { h } from "../lib/dom.js";
import { formatAgo, oneLine } from "../lib/format.js";
import { furtherCells } from "../lib/further.js";
import { withMenu } from "../lib/menu.js";
import { targetOf } from "../lib/poll.js";
import { pairChip } from "./pair_chip.js";
import { openPairDrawer } from "./pair_drawer.js";
import { rights } from "./rights.js";
import { openTextEditor } from "./text_editor.js";

/** @typedef {import("./pairs.js").PairsPage} PairsPage */

/**
 * The row of a pair.
 * @param {PairsPage} page
 * @param {Pair} pair
 */
export function pairRow(page, pair) {
  const selected = page.selected.has(pair.id);
  const tick = h("input", {
    type: "checkbox",
    "aria-label": "Select this pair",
    checked: selected,
  });
  const where = pair.line ? `${pair.source}, line ${pair.line}` : pair.source;
  const row = h(
    "tr",
    { "aria-selected": String(selected), "data-id": pair.id },
    h("td.tick", rights.mayChange && tick),
    textCell(page, pair, "query"),
    textCell(page, pair, "passage"),
    h("td.chip", labelCell(page, pair)),
    h("td.split.rr-desk", pair.split),
    h("td.by.rr-wide.rr-desk.rr-muted", { title: pair.by.join(", ") }, labelledBy(pair)),
    h("td.source.rr-wide.rr-desk.rr-muted", { title: where }, pair.source),
    h("td.time.rr-wide.rr-desk.rr-muted", formatAgo(pair.updated_at)),
    h("td.open", openButton(page, pair)),
  );
  tick.addEventListener("change", () => {
    if (tick.checked) page.selected.add(pair.id);
    else page.selected.delete(pair.id);
    row.setAttribute("aria-selected", String(tick.checked));
    page.bar.draw();
  });
  row.addEventListener("keydown", (event) => pressed(event, page, pair, row, tick));
  return row;
}

/**
 * @param {PairsPage} page
 * @param {Pair} pair
 */
function openButton(page, pair) {
  const label = `Open pair ${pair.id}`;
  const options = { kind: "small quiet icon", icon: /** @type {const} */ ("right"), label };
  return button("", () => openPairDrawer(page, pair), options);
}

/** @param {Pair} pair */
function labelledBy({ by, effective, state }) {
  if (by.length > 1) return `${by.length} people`;
  const none = effective === null && ["unlabelled", "hidden"].includes(state);
  return by[0] || (none ? "" : "imported");
}

/**
 * @param {PairsPage} page
 * @param {Pair} pair
 */
function labelCell(page, pair) {
  const label = pairChip(pair, page.opened.dataset.scale);
  if (!rights.mayChange) return label;
  const set = (/** @type {number | null} */ value) => page.changes.setLabel([pair.id], value);
  const entries = () => [
    ...page.answers.map(({ value, word, key }) => ({
      text: word,
      more: key,
      act: () => set(value),
    })),
    /** @type {const} */ ("-"),
    { text: "No label, leave out of training", act: () => set(null) },
  ];
  const properties = { type: "button", title: "Change the label" };
  return withMenu(h("button.rr-chip-button", properties, label), entries);
}

/**
 * @param {PairsPage} page
 * @param {Pair} pair
 * @param {TextKey} key
 */
function textCell(page, pair, key) {
  const properties = { class: key, dir: "auto", tabindex: 0, title: pair[key] };
  const further = key === "passage" && furtherCells(pair.further);
  const cell = h("td.rr-text", properties, h("span.rr-line", oneLine(pair[key])), further);
  // A finger has no double click: a tap opens the pair, which can be edited there.
  cell.addEventListener("click", () => {
    if (matchMedia("(pointer: coarse)").matches) openPairDrawer(page, pair);
  });
  if (!rights.mayChange) return cell;
  cell.addEventListener("dblclick", () => openTextEditor(page, cell, pair, key));
  cell.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== cell) return;
    event.preventDefault();
    openTextEditor(page, cell, pair, key);
  });
  return cell;
}

/**
 * @param {KeyboardEvent} event
 * @param {PairsPage} page
 * @param {Pair} pair
 * @param {HTMLTableRowElement} row
 * @param {HTMLInputElement} tick
 */
function pressed(event, page, pair, row, tick) {
  const target = targetOf(event);
  const typing = target.matches("input:not([type=checkbox]),textarea,[contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const answer = rights.mayChange && page.answers.find(({ key }) => key === event.key);
  const near = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[
    event.key
  ];
  if (answer) {
    const ids = page.selected.has(pair.id) ? [...page.selected] : [pair.id];
    page.changes.setLabel(ids, answer.value);
  } else if (event.key === "o") openPairDrawer(page, pair);
  else if (near) focusBeside(near, row, target);
  else if (rights.mayChange && event.key === " " && target.matches("td")) tick.click();
  else return;
  event.preventDefault();
}

/**
 * Move the focus to the same column of another row.
 * @param {Element} near
 * @param {HTMLElement} row
 * @param {HTMLElement} target
 */
function focusBeside(near, row, target) {
  const column = [...row.children].findIndex((cell) => cell.contains(target));
  const cell = near.children[column];
  const field = cell?.querySelector("button,input") || cell;
  if (field instanceof HTMLElement) field.focus();
}
