// Ask before a run is cancelled: what it has learned is lost.

import { confirmAction } from "../lib/dialog.js";
import { plural } from "../lib/format.js";
import { isWaiting } from "./words.js";

/**
 * @typedef {Pick<ListedRun, "name" | "step" | "status" | "place" | "saved" | "can_save">
 *   & { chain: unknown }} Cancelled
 */

/**
 * Ask before a run is cancelled.
 * @param {Cancelled} run
 * @param {() => unknown} cancel
 */
export function askToCancel(run, cancel) {
  const options = {
    kind: "danger",
    cancel: isWaiting(run) ? "Keep waiting" : "Keep running",
  };
  confirmAction(`Cancel ${run.name}?`, lossOf(run), "Cancel the run", cancel, options);
}

/**
 * What is lost with a run that is cancelled.
 * @param {Pick<Cancelled, "step" | "saved" | "can_save" | "chain">} run
 */
export function lossOf({ step, saved, can_save, chain }) {
  const progress = step ? ` Training of ${plural(step, "step")} is lost.` : "";
  const later = chain ? " Waiting runs of its chain are cancelled too." : "";
  const instead = can_save ? ' "Stop and save" keeps what it has learned.' : "";
  if (saved) return `It stays stopped, with its saved model.${later}`;
  return `No model is saved.${progress}${later}${instead}`;
}
