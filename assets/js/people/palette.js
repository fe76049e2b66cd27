// The command palette (Ctrl K): tabs, datasets and commands, found by a few letters; and the key ?.

import { address, goTo, tabButton } from "../lib/address.js";
import { matching } from "../lib/commands.js";
import { openDialog, openKeyHelp } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { keyHelp, keyOf } from "../lib/keys.js";
import { isTyping } from "../lib/poll.js";
import { userRole } from "../lib/role.js";

const MOST = 50; // entries that are shown
const OWN = ["annotate", "playground"]; // tabs that answer ? themselves
/** @type {[tab: string, word: string][]} */
const TABS = [
  ["data", "Data"],
  ["annotate", "Annotate"],
  ["train", "Train"],
  ["playground", "Playground"],
];

/**
 * @typedef {object} Command
 * @property {string} text
 * @property {() => unknown} act
 * @property {string} [more] faint, at its right end
 */

/**
 * Open the command palette, and the help for keys, by their keys.
 * @param {() => Overview | null} overview the last one
 * @param {() => Command[]} commands of the header
 */
export function followPalette(overview, commands) {
  document.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if ((event.ctrlKey || event.metaKey) && key === "k") {
      event.preventDefault();
      openPalette([...tabCommands(), ...commands(), ...datasetCommands(overview())]);
    } else if (key === "?" && !isTyping(event)) openHelp();
  });
}

function openHelp() {
  const tab = address.tab ?? "data";
  if (document.querySelector("dialog[open]") || OWN.includes(tab)) return;
  (keyHelp[tab] ?? (() => openKeyHelp([])))();
}

/** @returns {Command[]} */
function tabCommands() {
  const tabs = TABS.filter(([tab]) => tabButton(tab));
  return tabs.map(([tab, word]) => ({ text: `Go to ${word}`, act: () => goTo(tab) }));
}

/**
 * @param {Overview | null} overview
 * @returns {Command[]}
 */
function datasetCommands(overview) {
  if (!tabButton("data")) return [];
  return (overview?.datasets ?? []).flatMap(({ name, pairs }) => [
    {
      text: `Open ${name}`,
      more: plural(pairs, "pair"),
      act: () => goTo("data", { open: name, dataset: name, view: null }),
    },
    ...(userRole() === "viewer"
      ? []
      : [{ text: `Annotate ${name}`, act: () => goTo("annotate", { dataset: name }) }]),
  ]);
}

/** @param {Command[]} commands */
function openPalette(commands) {
  if (document.querySelector("dialog[open]")) return;
  const name = { id: "rr-palette-list", role: "listbox", "aria-label": "Commands" };
  const list = h("div.rr-palette-list", name);
  const field = h("input.rr-field.rr-palette-field", {
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "rr-palette-list",
    "aria-label": "Find a command, tab or dataset",
    placeholder: "Find a command, tab or dataset",
    autocomplete: "off",
  });
  let at = 0;
  /** @type {Command[]} */
  let matches = [];
  /** @param {Command} command */
  const run = (command) => {
    dialog.close();
    command.act();
  };
  const draw = () => {
    matches = matching(commands, field.value).slice(0, MOST);
    at = Math.max(0, Math.min(at, matches.length - 1));
    const none = h("p.rr-muted.rr-palette-none", "No command matches.");
    fill(list, matches.length ? matches.map((one, n) => entry(one, n, n === at, run)) : none);
    if (matches.length) field.setAttribute("aria-activedescendant", entryId(at));
    else field.removeAttribute("aria-activedescendant");
    list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  };
  field.addEventListener("input", () => {
    at = 0;
    draw();
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && matches[at]) run(matches[at]);
    else if (step) {
      at = Math.max(0, Math.min(matches.length - 1, at + step));
      draw();
    } else return;
    event.preventDefault();
  });
  const dialog = openDialog("Commands", "rr-palette", field, list);
  draw();
  field.focus();
}

/** The focus stays in the field: it names the entry that Enter runs. @param {number} at */
function entryId(at) {
  return `rr-palette-entry-${at}`;
}

/**
 * @param {Command} command
 * @param {number} at
 * @param {boolean} chosen
 * @param {(command: Command) => void} run
 */
function entry(command, at, chosen, run) {
  const properties = {
    id: entryId(at),
    type: "button",
    role: "option",
    tabindex: "-1",
    "aria-selected": String(chosen),
    onclick: () => run(command),
  };
  const more = command.more && h("span.rr-faint", command.more);
  return h("button.rr-palette-entry", properties, h("span.rr-grow.rr-cut", command.text), more);
}
