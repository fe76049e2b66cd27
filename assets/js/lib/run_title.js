// The browser's title while a run is live, and a notification when it has ended.

import { setBeforeTitle } from "../lib/title.js";

const NAME = "Reranker UI";
/** @type {Record<string, string>} */
const WORDS = {
  finished: "has finished",
  stopped: "was stopped; its model is saved",
  failed: "has failed",
  lost: "stopped unexpectedly",
  cancelled: "was cancelled",
};

/**
 * Show how far a run is in the title.
 * @param {RunningRun | null} run
 */
export function showInTitle(run) {
  if (run) setBeforeTitle(`${Math.floor(100 * (run.part || 0))}% · ${run.name}`);
  else if (document.title.includes("% · ")) setBeforeTitle("");
}

/**
 * The end of a run in words.
 * @param {EndedRun} run
 */
export function endOf({ name, status }) {
  return `${name} ${WORDS[status] ?? "has ended"}`;
}

/**
 * Say in the title, until the page is looked at, and by a notification if the user allowed it,
 * that a run has ended.
 * @param {EndedRun} run
 */
export function announceEnd(run) {
  if (!document.hidden) return;
  setBeforeTitle(endOf(run));
  const restore = () => setBeforeTitle("");
  document.addEventListener("visibilitychange", restore, { once: true });
  if (mayNotify()) new Notification(endOf(run), { body: NAME, tag: `run ${run.id}` });
}

function mayNotify() {
  return "Notification" in window && Notification.permission === "granted";
}

/** Whether the browser would ask the user to allow notifications. */
export function canAskToNotify() {
  return "Notification" in window && Notification.permission === "default";
}
