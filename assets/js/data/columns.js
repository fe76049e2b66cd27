// Which columns the table of pairs shows; kept in this browser.

import { button } from "../lib/controls.js";
import { icon } from "../lib/icons.js";
import { openMenu } from "../lib/menu.js";
import { recall, remember } from "../lib/storage.js";

const KEPT = "rr-columns";
/** @type {[name: string, word: string][]} */
const COLUMNS = [
  ["split", "Split"],
  ["by", "By"],
  ["source", "Source"],
  ["time", "Updated"],
];

/** @returns {string[]} names of the columns that are hidden */
export function hiddenColumns() {
  const known = COLUMNS.map(([name]) => name);
  return (recall(KEPT) ?? "").split(",").filter((name) => known.includes(name));
}

/** @param {() => void} changed */
export function columnChoice(changed) {
  const toggle = (/** @type {string} */ name) => {
    const hidden = hiddenColumns();
    const next = hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name];
    remember(KEPT, next.join(",") || null);
    changed();
  };
  const choice = button("Columns", () => openMenu(choice, entries()), { kind: "small rr-desk" });
  choice.append(icon("down"));
  const entries = () => {
    const hidden = hiddenColumns();
    return COLUMNS.map(([name, word]) => ({
      text: word,
      icon: hidden.includes(name) ? undefined : /** @type {const} */ ("check"),
      act: () => toggle(name),
    }));
  };
  return choice;
}
