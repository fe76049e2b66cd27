// The ticked runs, and the bar of what can be done with them.

import { button } from "../lib/controls.js";
import { confirmAction } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { plural } from "../lib/format.js";
import { isAdmin } from "../lib/role.js";
import { toast } from "../lib/toast.js";
import { isLive } from "./words.js";

/** The ticked runs, and the bar of what can be done with them. */
export class RunSelection {
  /** @param {import("./runs.js").RunTable} table */
  constructor(table) {
    this.table = table;
    /** @type {Set<number>} in the order they were ticked */
    this.selected = new Set();
    const label = { role: "toolbar", "aria-label": "Selected runs" };
    this.node = h("div.rr-selection.rr-hidden", label);
  }

  /** @param {ListedRun} run */
  tick({ id, name }) {
    const checked = this.selected.has(id);
    const box = h("input", { type: "checkbox", checked, "aria-label": `Select ${name}` });
    box.addEventListener("change", () => {
      if (box.checked) this.selected.add(id);
      else this.selected.delete(id);
      this.draw();
    });
    return box;
  }

  /** Forget runs that are gone. @param {number[]} order */
  keep(order) {
    for (const id of this.selected) if (!order.includes(id)) this.selected.delete(id);
  }

  clear() {
    this.selected.clear();
    this.table.drawn = ""; // ticks redraw the bar alone, so the rows may differ from what was drawn
    this.table.show();
  }

  get runs() {
    return [...this.selected].map((id) => this.table.rows[id]);
  }

  draw() {
    const count = this.selected.size;
    this.node.classList.toggle("rr-hidden", !count);
    if (!count) return;
    const { runs, table } = this;
    const archived = runs.every((run) => run.archived);
    const compare = () => {
      table.compare([...this.selected]);
      this.clear(); // the bar would lie over the comparison
    };
    const title = count < 2 ? "Select two or more runs to compare them" : "";
    fill(
      this.node,
      h("b", `${count} selected`),
      button("Compare", compare, { kind: "small primary", disabled: !!title, title }),
      isAdmin() && [
        button(archived ? "Unarchive" : "Archive", () => archive(table, runs, !archived), {
          kind: "small",
        }),
        button("Delete", () => askToDelete(table, runs), { kind: "small danger", icon: "trash" }),
      ],
      button("", () => this.clear(), {
        kind: "small icon quiet",
        icon: "cross",
        label: "Clear the selection",
      }),
    );
  }
}

/**
 * Every run of some entries: those of their chains too.
 * @param {ListedRun[]} runs
 */
function numbersOf(runs) {
  return runs.flatMap(({ id, chain }) => chain?.runs ?? [id]);
}

/**
 * Archive runs, or take them back from the archive, with an undo.
 * @param {import("./runs.js").RunTable} table
 * @param {ListedRun[]} runs
 * @param {boolean} archived
 */
export async function archive(table, runs, archived) {
  const numbers = numbersOf(runs);
  const change = (/** @type {boolean} */ to) =>
    table.attempt(() => table.server.archive_runs({ runs: numbers, archived: to }));
  await change(archived);
  table.selection.clear();
  const word = archived ? "archived" : "back in the list";
  toast(`${plural(numbers.length, "run")} ${word}`, () => change(!archived));
}

/**
 * Ask before runs are deleted, and delete them.
 * @param {import("./runs.js").RunTable} table
 * @param {ListedRun[]} runs
 */
export function askToDelete(table, runs) {
  const numbers = numbersOf(runs);
  const live = runs.find(({ status }) => isLive(status));
  if (live) {
    toast(`${live.name} has not ended. Cancel it before deleting it`);
    return;
  }
  const what = numbers.length === 1 ? runs[0].name : plural(numbers.length, "run");
  const text =
    "This deletes models, events and frozen pairs. It cannot be undone; archiving keeps them.";
  const remove = async () => {
    await table.attempt(() => table.server.delete_runs({ runs: numbers }));
    table.selection.clear();
  };
  confirmAction(`Delete ${what}?`, text, `Delete ${what}`, remove);
}
