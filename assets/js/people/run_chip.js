// The chip in the header that shows what is running.

import { goTo } from "../lib/address.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatClock, formatInt, formatMetric } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { announceEnd, endOf, showInTitle } from "../lib/run_title.js";

/** The chip of the run that trains. */
export function runChip() {
  const properties = { type: "button", "aria-live": "off" };
  const button = h("button.rr-runchip.idle", properties, "Nothing running");
  const announcer = h("div.rr-sr", { role: "status" });
  /** @type {number | null} */
  let running = null;
  button.addEventListener("click", () => {
    if (!button.classList.contains("idle")) goTo("train");
  });
  /** @param {RunPulse} pulse */
  const show = (pulse) => {
    const run = pulse.running;
    button.className = `rr-runchip ${kindOf(pulse)}`;
    if (run) drawRunning(button, run, pulse.waiting);
    else if (pulse.waiting) fill(button, icon("clock"), `${pulse.waiting} waiting`);
    else if (pulse.failed_lately && pulse.ended) fill(button, icon("failed"), endOf(pulse.ended));
    else fill(button, "Nothing running");
    showInTitle(run);
    const { ended } = pulse;
    if (running !== null && running !== run?.id) {
      if (ended?.id === running) {
        announcer.textContent = `${endOf(ended)}.`;
        announceEnd(ended);
      }
      emit("runs");
    }
    running = run?.id ?? null;
  };
  return { button, announcer, show, isLive: () => running !== null };
}

/** @param {RunPulse} pulse */
function kindOf(pulse) {
  if (pulse.running || pulse.waiting) return "";
  return pulse.failed_lately ? "failed" : "idle";
}

/**
 * @param {HTMLElement} button
 * @param {RunningRun} run
 * @param {number} waiting
 */
function drawRunning(button, run, waiting) {
  const facts = [
    `step ${formatInt(run.step)} / ${formatInt(run.max_steps)}`,
    run.loss === null ? null : `loss ${formatMetric(run.loss)}`,
    run.eta === null ? null : `${formatClock(run.eta)} left`,
  ].filter(Boolean);
  fill(
    button,
    h("span.rr-ring", { style: `--part:${run.part || 0}` }),
    h("b", run.name),
    h("span.rr-more", facts.join("  ·  ")),
    waiting ? h("span", `+ ${waiting} waiting`) : null,
  );
  button.title = `${run.name}: ${facts.join(", ")}`;
}
