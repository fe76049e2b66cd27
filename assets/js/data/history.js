// The history of an opened dataset: who changed what, each with its undo.

import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo, plural } from "../lib/format.js";
import { tableHead } from "../lib/table.js";
import { toast } from "../lib/toast.js";
import { rights } from "./rights.js";

/** @typedef {import("./opened_dataset.js").OpenedDataset} OpenedDataset */

/**
 * What an undo has done, in words.
 * @param {Undone} done
 */
export function undoneSentence(done) {
  if (!done.newer) return "Undone";
  return `Undone, except for ${plural(done.newer, "pair")} changed since`;
}

/**
 * Draw the history of an opened dataset.
 * @param {HTMLElement} node
 * @param {OpenedDataset} opened
 */
export async function drawHistory(node, opened) {
  const { tab, name } = opened;
  const [list, foot] = [h("tbody"), h("div.rr-card-foot.rr-hidden")];
  const head = tableHead([["When", "time"], ["Who", "who"], "What", ["!Actions", "act"]]);
  const card = h("div.rr-card", h("table.rr-table.rr-history", head, list), foot);
  if (!node.firstChild) fill(node, card);
  /** @param {number} edit */
  const undo = async (edit) => {
    try {
      toast(undoneSentence(await tab.server.undo({ edit })));
      await opened.changed();
      drawHistory(node, opened);
    } catch (error) {
      tab.report(error);
    }
  };
  /** @param {number | null} before */
  const load = async (before) => {
    try {
      const answer = await tab.server.dataset_history({ dataset: name, before });
      if (!card.isConnected) fill(node, card);
      list.append(...answer.lines.map((line) => historyRow(line, undo)));
      if (!list.children.length) {
        fill(list, h("tr", h("td.rr-muted", { colspan: 4 }, "No changes yet.")));
      }
      foot.classList.toggle("rr-hidden", answer.before === null);
      fill(
        foot,
        button("Older", () => load(answer.before), { kind: "small" }),
      );
    } catch (error) {
      foot.classList.remove("rr-hidden");
      fill(
        foot,
        errorBox(
          error,
          button("Try again", () => load(before)),
        ),
      );
    }
  };
  await load(null);
}

/**
 * @param {HistoryLine} line
 * @param {(edit: number) => void} undo
 */
function historyRow(line, undo) {
  const time = new Date(line.at * 1000).toLocaleString("en-GB");
  const undoable = line.undoable && rights.mayChange;
  const missing = !!line.pair && !line.text.includes(`#${line.pair}`);
  return h(
    "tr",
    h("td.rr-muted", { title: time }, formatAgo(line.at)),
    h("td", line.who),
    h("td", { title: line.text }, line.text, missing && h("span.rr-faint", ` #${line.pair}`)),
    h(
      "td.rr-acts",
      undoable && button("Undo", () => undo(line.id), { kind: "small", icon: "undo" }),
    ),
  );
}
