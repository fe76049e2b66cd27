// What can be done with a run of the table: a few buttons, the rest in a menu.

import { goTo } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { emit } from "../lib/events.js";
import { download } from "../lib/files.js";
import { openMenu } from "../lib/menu.js";
import { shown } from "./shown.js";
import { hasModel, isLive } from "./words.js";

/** @typedef {import("./runs.js").RunTable} RunTable */

/** @param {ListedRun} run */
const proceed = (run) => emit("refill", { run: run.id, how: "continue" });
/** @param {ListedRun} run */
const compare = (run) => emit("compare", run.id);

/**
 * A run is not drawn over itself.
 * @param {ListedRun} run
 */
function canCompare({ id }) {
  return id !== shown.run || shown.compared.includes(id);
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 */
export function runActions(table, run) {
  const { status } = run;
  const act = (
    /** @type {string} */ word,
    /** @type {() => unknown} */ onclick,
    wide = false,
    title = "",
  ) => button(word, onclick, { kind: wide ? "small rr-wide" : "small", title });
  const [live, model, lost] = [isLive(status), hasModel(status), status === "lost"];
  const word = shown.compared.includes(run.id) ? "Remove" : "Compare";
  const fresh = "Train this model on, with a fresh optimizer";
  return [
    status !== "queued" && act("Open", () => table.open(run), true),
    status === "queued" && act("Cancel", () => table.act(run, "cancel")),
    model && act("Continue", () => proceed(run), true, fresh),
    model && canCompare(run) && act(word, () => compare(run)),
    lost && act("Resume", () => table.act(run, "resume")),
    !live && !model && !lost && act("Run again", () => table.act(run, "again")),
    moreButton(table, run),
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 */
function moreButton(table, run) {
  const more = button("", () => openMenu(more, entries(table, run, more)), {
    kind: "quiet small icon",
    icon: "more",
    label: `More for ${run.name}`,
  });
  more.setAttribute("aria-haspopup", "menu");
  return more;
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @param {HTMLElement} anchor
 * @returns {Parameters<typeof openMenu>[1]}
 */
function entries(table, run, anchor) {
  const { id, status } = run;
  return [
    { text: "Open", icon: "right", act: () => table.open(run) },
    ...(hasModel(status) ? modelEntries(run) : []),
    run.resumable && {
      text: "Resume from its checkpoint",
      icon: "arrow",
      act: () => table.act(run, "resume"),
    },
    {
      text: "Use its recipe",
      icon: "edit",
      act: () => emit("refill", { run: id, how: "recipe" }),
    },
    run.metrics.tuned && {
      text: "Download the model",
      icon: "download",
      act: () => download(`runs/${id}/model.zip`),
    },
    !isLive(status) && { text: "Run again", icon: "undo", act: () => table.act(run, "again") },
    status !== "queued" &&
      canCompare(run) && {
        text: shown.compared.includes(id) ? "Remove from the chart" : "Compare in the chart",
        icon: "plus",
        act: () => compare(run),
      },
    ...(isLive(status) ? liveEntries(table, run) : deleteEntries(table, run, anchor)),
  ];
}

/**
 * @param {ListedRun} run
 * @returns {Parameters<typeof openMenu>[1]}
 */
function modelEntries(run) {
  const open = () => goTo("playground", { b: run.id });
  return [
    { text: "Open in Playground", icon: "search", act: open },
    { text: "Continue training", icon: "arrow", act: () => proceed(run) },
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @returns {Parameters<typeof openMenu>[1]}
 */
function liveEntries(table, run) {
  const stop = () => table.act(run, "keep");
  const cancel = () => table.act(run, "cancel");
  return [
    run.status === "running" && { text: "Stop and save", icon: "stopped", act: stop },
    { text: "Cancel", icon: "cross", danger: true, act: cancel },
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @param {HTMLElement} anchor
 * @returns {Parameters<typeof openMenu>[1]}
 */
function deleteEntries(table, run, anchor) {
  const sure = `Delete ${run.name}: its model, events and frozen pairs`;
  const remove = () => table.act(run, "delete");
  const ask = () =>
    openMenu(anchor, [
      { text: sure, icon: "trash", danger: true, act: remove },
      { text: "Cancel", act: () => {} },
    ]);
  return ["-", { text: "Delete …", icon: "trash", danger: true, act: ask }];
}
