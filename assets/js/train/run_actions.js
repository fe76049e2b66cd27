// What can be done with a run of the table: a few buttons, the rest in a menu.

import { goTo } from "../lib/address.js";
import { button } from "../lib/controls.js";
import { emit } from "../lib/events.js";
import { download } from "../lib/files.js";
import { menuButton } from "../lib/menu.js";
import { isAdmin } from "../lib/role.js";
import { askToCancel } from "./cancel.js";
import { editRun } from "./run_edit.js";
import { archive, askToDelete } from "./run_selection.js";
import { shown } from "./shown.js";
import { hasModel, isLive } from "./words.js";

/**
 * @typedef {import("./runs.js").RunTable} RunTable
 * @typedef {import("../lib/menu.js").MenuEntries} MenuEntries
 */

/** @param {ListedRun} run */
const proceed = (run) => emit("refill", { run: run.id, how: "continue" });

/**
 * A run is not drawn over itself.
 * @param {ListedRun} run
 */
function canCompare({ id }) {
  return id !== shown.run || shown.compared.includes(id);
}

/**
 * The buttons and the menu of a run in the table.
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
  const fresh = "Train this model further, with a new optimizer";
  const admin = isAdmin();
  return [
    act("Open", () => table.open(run), true),
    admin &&
      status === "queued" &&
      act("Cancel", () => askToCancel(run, () => table.act(run, "cancel"))),
    admin && model && act("Continue", () => proceed(run), true, fresh),
    admin && lost && act("Resume", () => table.act(run, "resume")),
    admin && !live && !model && !lost && act("Run again", () => table.act(run, "again")),
    moreButton(table, run),
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 */
function moreButton(table, run) {
  const label = `More for ${run.name}`;
  const options = /** @type {const} */ ({ kind: "quiet small icon", icon: "more", label });
  return menuButton("", () => entries(table, run), options);
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @returns {MenuEntries}
 */
function entries(table, run) {
  const { id, status } = run;
  const admin = isAdmin();
  const inChart = shown.compared.includes(id);
  const recipe = () => emit("refill", { run: id, how: "recipe" });
  return [
    { text: "Open", icon: "right", act: () => table.open(run) },
    ...(hasModel(status) ? modelEntries(run) : []),
    status !== "queued" &&
      canCompare(run) && {
        text: inChart ? "Hide from the chart" : "Show in the chart",
        icon: inChart ? "cross" : "plus",
        act: () => emit("overlay", id),
      },
    shown.run !== null &&
      shown.run !== id && {
        text: "Compare with the open run",
        icon: "arrow",
        act: () => table.compare([Number(shown.run), id]),
      },
    run.metrics.tuned && {
      text: "Download the model",
      icon: "download",
      act: () => download(`runs/${id}/model.zip`),
    },
    ...(admin ? adminEntries(table, run, recipe) : []),
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @param {() => unknown} recipe
 * @returns {MenuEntries}
 */
function adminEntries(table, run, recipe) {
  const { id, status, archived } = run;
  const edit = () =>
    editRun(run, async (changes) => {
      await table.server.edit_run({ run: id, ...changes });
      emit("changed");
      emit("runs");
    });
  return [
    "-",
    { text: "Name and note …", icon: "note", act: edit },
    run.resumable && {
      text: "Resume",
      icon: "arrow",
      act: () => table.act(run, "resume"),
    },
    { text: "Use its recipe", icon: "edit", act: recipe },
    !isLive(status) && { text: "Run again", icon: "undo", act: () => table.act(run, "again") },
    !isLive(status) && {
      text: archived ? "Unarchive" : "Archive",
      icon: "file",
      act: () => archive(table, [run], !archived),
    },
    ...(isLive(status) ? liveEntries(table, run) : deleteEntries(table, run)),
  ];
}

/**
 * @param {ListedRun} run
 * @returns {MenuEntries}
 */
function modelEntries(run) {
  const open = () => goTo("playground", { b: run.id });
  return [
    { text: "Open in Playground", icon: "search", act: open },
    isAdmin() && { text: "Continue training", icon: "arrow", act: () => proceed(run) },
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @returns {MenuEntries}
 */
function liveEntries(table, run) {
  const stop = () => table.act(run, "keep");
  const cancel = () => askToCancel(run, () => table.act(run, "cancel"));
  return [
    run.can_save && { text: "Stop and save", icon: "stopped", act: stop },
    { text: "Cancel …", icon: "cross", danger: true, act: cancel },
  ];
}

/**
 * @param {RunTable} table
 * @param {ListedRun} run
 * @returns {MenuEntries}
 */
function deleteEntries(table, run) {
  const remove = () => askToDelete(table, [run]);
  return ["-", { text: "Delete …", icon: "trash", danger: true, act: remove }];
}
