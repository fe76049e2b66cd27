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
 * @param {import("../lib/menu.js").MenuEntries} [first] entries above them
 */
export async function openScoringRuns(session, anchor, none, choose, chosen, first = []) {
  const dataset = session.openDataset;
  try {
    const { runs } = await session.server.stream_settings({ dataset });
    if (!runs.length && !first.length) {
      session.showError(none);
      return;
    }
    const entries = runs.slice(0, MOST).map((run) => ({
      text: run.name,
      more: run.dataset === dataset ? "" : run.dataset,
      icon: run.id === chosen ? /** @type {const} */ ("check") : undefined,
      act: () => choose(run),
    }));
    openMenu(anchor, [...first, ...entries]);
  } catch (error) {
    session.showError("", error);
  }
}

/**
 * Choose the run whose uncertain pairs come first, or cosine, which needs none.
 * @param {Session} session
 * @param {HTMLElement} anchor
 */
export function openRunMenu(session, anchor) {
  const uncertain = session.order === "uncertain";
  const chosen = uncertain ? session.stream.order_run?.id : undefined;
  const cosine = {
    text: "Cosine, without a run",
    icon: uncertain && !chosen ? /** @type {const} */ ("check") : undefined,
    act: () => session.rules.setOrder("uncertain"),
  };
  const choose = (/** @type {ScoringRun} */ run) => session.rules.setOrder("uncertain", run.id);
  return openScoringRuns(session, anchor, "", choose, chosen, [cosine]);
}
