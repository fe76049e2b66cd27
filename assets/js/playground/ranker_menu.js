// What can be done with a ranker: use it, find its threshold, add a third one.

import { linkButton } from "../lib/controls.js";
import { menuButton } from "../lib/menu.js";
import { openCutoff, openUse } from "./model_dialogs.js";
import { isRun } from "./view.js";

/** @typedef {import("./ranked_lists.js").RankedLists} RankedLists */

/**
 * Visible links of a run: its code and files, and its threshold.
 * @param {RankedLists} lists
 * @param {Side} side
 */
export function runLinks({ view, server, actions }, side) {
  const keeps = view.may("admin");
  return [
    !view.demo && linkButton("Use this model", () => openUse(side, server, view.role)),
    linkButton("Threshold", () => openCutoff(side, server, actions.again, keeps)),
  ];
}

/**
 * The menu of a ranker.
 * @param {RankedLists} lists
 * @param {Side} side
 */
export function moreButton(lists, side) {
  const { view, server, actions } = lists;
  const cutoff = side.measure === "probability" && isRun(side.name);
  const keeps = view.may("admin");
  /** @type {import("../lib/menu.js").MenuEntries} */
  const entries = [
    !view.demo && {
      text: "Use this model",
      icon: "code",
      act: () => openUse(side, server, view.role),
    },
    cutoff && {
      text: side.cutoff ? "Threshold and calibration" : "Find a threshold",
      icon: "skip",
      act: () => openCutoff(side, server, actions.again, keeps),
    },
    side.combined &&
      !view.c && {
        text: "Add its cross-encoder alone",
        icon: "plus",
        act: () => lists.setThird(`${side.name}:tuned`),
      },
    !view.c && {
      text: "Add a third ranker",
      icon: "plus",
      act: () => lists.setThird(unusedRanker(lists)),
    },
  ];
  const label = `More about ${side.title}`;
  return menuButton("", () => entries, { kind: "quiet icon", icon: "more", label });
}

/**
 * For a third ranker: one that is not shown yet.
 * @param {RankedLists} lists
 */
function unusedRanker({ view }) {
  const shown = [view.a, view.b];
  const free = view.rankers.filter(({ ready, name }) => ready && !shown.includes(name));
  return (free.find(({ name }) => name === "cosine") || free[0])?.name || "bm25";
}
