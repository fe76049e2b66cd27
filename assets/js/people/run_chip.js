// The chip in the header that shows what is running.

import { goTo } from "../lib/address.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { formatClock, formatInt, formatMetric } from "../lib/format.js";
import { icon } from "../lib/icons.js";

export function runChip() {
  const properties = { type: "button", "aria-live": "off" };
  const button = h("button.rr-runchip.idle", properties, "Nothing running");
  const announcer = h("div.rr-sr", { role: "status" });
  /** @type {string | null} */
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
    else if (pulse.failed) fill(button, icon("failed"), `${pulse.failed} failed`);
    else fill(button, "Nothing running");
    if (running && running !== run?.name) {
      announcer.textContent = `${running} has ended.`;
      emit("runs");
    }
    running = run?.name || null;
  };
  return { button, announcer, show };
}

/** @param {RunPulse} pulse */
function kindOf(pulse) {
  if (pulse.running) return "";
  if (pulse.failed) return "failed";
  return pulse.waiting ? "" : "idle";
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
