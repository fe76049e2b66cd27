// Ask before a run is cancelled: what it has learned is lost.

import { confirmAction } from "../lib/dialog.js";
import { formatInt } from "../lib/format.js";

/**
 * Ask before a run is cancelled.
 * @param {Pick<ListedRun, "name" | "step" | "status" | "saved"> & { chain: unknown }} run
 * @param {() => unknown} cancel
 */
export function askToCancel({ name, step, status, saved, chain }, cancel) {
  const progress = step ? ` ${formatInt(step)} steps of training are lost.` : "";
  const later = chain ? " Waiting runs of its chain are cancelled too." : "";
  const running = ' "Stop and save" keeps what it has learned.';
  const lost = `No model is saved.${progress}${later}${status === "running" ? running : ""}`;
  const text = saved ? `It stays stopped, with its saved model.${later}` : lost;
  const options = {
    kind: "danger",
    cancel: status === "running" ? "Keep running" : "Keep waiting",
  };
  confirmAction(`Cancel ${name}?`, text, "Cancel the run", cancel, options);
}
