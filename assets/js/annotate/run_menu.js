// The entries of the menus of runs that have a model.

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("../lib/menu.js").MenuEntries} MenuEntries */

const MOST = 12; // entries

/**
 * The entries of a menu of the runs that can score pairs; null where there are none.
 * @param {Session} session
 * @param {string} none shown where there is no such run
 * @param {(run: ScoringRun) => unknown} choose
 * @param {number} [chosen]
 * @param {MenuEntries} [first] entries above them
 * @returns {Promise<MenuEntries | null>}
 */
export async function scoringRuns(session, none, choose, chosen, first = []) {
  const dataset = session.openDataset;
  try {
    const { runs } = await session.server.stream_settings({ dataset });
    const entries = runs.slice(0, MOST).map((run) => ({
      text: run.name,
      more: run.dataset === dataset ? "" : run.dataset,
      icon: run.id === chosen ? /** @type {const} */ ("check") : undefined,
      act: () => choose(run),
    }));
    if (runs.length || first.length) return [...first, ...entries];
    session.showError(none);
  } catch (error) {
    session.showError("", error);
  }
  return null;
}

/**
 * The runs whose uncertain pairs can come first, and cosine, which needs none.
 * @param {Session} session
 */
export function uncertaintyRuns(session) {
  const uncertain = session.order === "uncertain";
  const chosen = uncertain ? session.stream.order_run?.id : undefined;
  const cosine = {
    text: "Cosine, without a run",
    icon: uncertain && !chosen ? /** @type {const} */ ("check") : undefined,
    act: () => session.rules.setOrder("uncertain"),
  };
  const choose = (/** @type {ScoringRun} */ run) => session.rules.setOrder("uncertain", run.id);
  return scoringRuns(session, "", choose, chosen, [cosine]);
}
