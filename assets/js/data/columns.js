// Which columns the table of pairs shows; kept in this browser.

import { h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { menuButton } from "../lib/menu.js";
import { recall, remember } from "../lib/storage.js";

const KEPT = "rr-columns";
/** @type {[name: string, word: string][]} */
const COLUMNS = [
  ["split", "Split"],
  ["by", "By"],
  ["source", "Source"],
  ["time", "Updated"],
];

/**
 * The table of pairs.
 * @param {HTMLElement} all the box that selects all of its rows
 * @param {HTMLElement} rows
 * @param {import("./sort.js").Sorting} sorting
 */
export function pairsTable(all, rows, sorting) {
  const heads = [
    h("th.tick", all),
    sorting.head("query", "Query", "query"),
    sorting.head("passage", "Passage", "passage"),
    sorting.head("label", "Label", "chip"),
    sorting.head("split", "Split", "split rr-desk"),
    h("th", { class: "by rr-wide rr-desk", scope: "col" }, "By"),
    sorting.head("source", "Source", "source rr-wide rr-desk"),
    sorting.head("updated", "Updated", "time rr-wide rr-desk"),
    h("th.open", { scope: "col" }, h("span.rr-sr", "Open")),
  ];
  const table = h("table.rr-table.rr-pairs-table", h("thead", h("tr", heads)), rows);
  hideColumns(table);
  return table;
}

/**
 * Hide the columns that are not chosen.
 * @param {HTMLElement} table
 */
export function hideColumns(table) {
  const hidden = hiddenColumns().map((name) => `no-${name}`);
  table.className = ["rr-table rr-pairs-table", ...hidden].join(" ");
}

/** @returns {string[]} names of the columns that are hidden */
function hiddenColumns() {
  const names = COLUMNS.map(([name]) => name);
  return (recall(KEPT) ?? "").split(",").filter((name) => names.includes(name));
}

/**
 * The button that chooses the columns of the table of pairs.
 * @param {() => void} changed
 */
export function columnChoice(changed) {
  const toggle = (/** @type {string} */ name) => {
    const hidden = hiddenColumns();
    const next = hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name];
    remember(KEPT, next.join(",") || null);
    changed();
  };
  const entries = () => {
    const hidden = hiddenColumns();
    return COLUMNS.map(([name, word]) => ({
      text: word,
      icon: hidden.includes(name) ? undefined : /** @type {const} */ ("check"),
      act: () => toggle(name),
    }));
  };
  const choice = menuButton("Columns", entries, { kind: "small rr-desk" });
  choice.append(icon("down"));
  return choice;
}
