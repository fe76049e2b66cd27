// The menu of runs that have a model.

import { openMenu } from "../lib/menu.js";

/** @typedef {import("./session.js").Session} Session */

const MOST = 12; // entries

/**
 * Open a menu of the runs that can score pairs.
 * @param {Session} session
 * @param {HTMLElement} anchor
 * @param {string} none shown where there is no such run
 * @param {(run: ScoringRun) => unknown} choose
 * @param {number} [chosen]
 */
export async function openScoringRuns(session, anchor, none, choose, chosen) {
  const dataset = session.openDataset;
  try {
    const { runs } = await session.server.stream_settings({ dataset });
    if (!runs.length) {
      session.showError(none);
      return;
    }
    const entries = runs.slice(0, MOST).map((run) => ({
      text: run.name,
      more: run.dataset === dataset ? "" : run.dataset,
      icon: run.id === chosen ? /** @type {const} */ ("check") : undefined,
      act: () => choose(run),
    }));
    openMenu(anchor, entries);
  } catch (error) {
    session.showError("", error);
  }
}

/**
 * Choose the run whose uncertain pairs come first.
 * @param {Session} session
 * @param {HTMLElement} anchor
 */
export function openRunMenu(session, anchor) {
  const none = "Uncertainty order needs a trained run. Train one first.";
  const chosen = session.order === "uncertain" ? session.stream.order_run?.id : undefined;
  const choose = (/** @type {ScoringRun} */ run) => session.rules.setOrder("uncertain", run.id);
  return openScoringRuns(session, anchor, none, choose, chosen);
}
