// The head of the run's card: its name, its status, what it says, and what can be done.

import { goTo } from "../lib/address.js";
import { button, errorBox, notice } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { hasModel, isLive, shortBase, statusMark } from "./words.js";

/** @type {Record<RunStatus, string>} */
const STATUS = {
  queued: "Waiting",
  running: "Running",
  finished: "Finished",
  stopped: "Stopped (model saved)",
  cancelled: "Cancelled",
  failed: "Failed",
  lost: "Stopped unexpectedly",
};

export class RunHead {
  /** @param {import("./room.js").CurrentRun} current */
  constructor(current) {
    this.current = current;
    this.title = h("h2");
    this.status = h("div");
    this.about = h("span.rr-muted.rr-cut.rr-grow");
    this.actions = h("div.rr-row.rr-live-actions");
    this.lines = h("div.rr-live-said");
    this.drawnActions = ""; // they keep the focus while they are the same
    this.drawnLines = "";
    const name = h("div.rr-live-name", this.title, this.status, this.about);
    this.nodes = [h("div.rr-card-head", name, this.actions), this.lines];
  }

  /** @param {Run} run */
  draw(run) {
    const warm = run.status === "running" && run.phase === "warm_start" && run.warm_steps;
    this.title.textContent = run.name;
    fill(this.status, statusMark(run, warm ? "Running, warm start" : STATUS[run.status]));
    const base = shortBase(run.base_used || run.base);
    const from = run.parent ? `continued from run ${run.parent}` : base;
    this.about.textContent = [run.dataset, from, run.recipe.name].join(", ");
    this.about.title = `${run.dataset}, ${run.base}, ${run.recipe.name}`;
    this.drawLines(run);
    const key = `${run.id} ${run.status} ${run.stopping}`;
    if (key === this.drawnActions) return;
    this.drawnActions = key;
    fill(this.actions, this.buttons(run));
  }

  /** @param {Run} run */
  drawLines(run) {
    const lines = [this.failure(run), ...run.notices.map((text) => notice(text))].filter(
      (line) => !!line,
    );
    const key = lines.map((line) => line.textContent).join("|");
    if (key === this.drawnLines) return;
    this.drawnLines = key;
    fill(this.lines, lines);
  }

  /** @param {Run} run */
  failure({ status, sentence, resumable, damage }) {
    if (status !== "failed" && status !== "lost") return damage ? errorBox(damage) : null;
    const resumes = (status === "lost" && !damage) || resumable;
    return errorBox(
      sentence,
      resumes ? button("Resume", () => this.current.act("resume")) : null,
      button("Run again", () => this.current.act("again")),
    );
  }

  /** @param {unknown} error */
  showError(error) {
    fill(this.lines, errorBox(error));
    this.drawnLines = "";
  }

  /** @param {Run} run */
  buttons(run) {
    if (isLive(run.status)) return this.liveButtons(run);
    return hasModel(run.status) ? this.modelButtons(run) : null;
  }

  /** @param {Run} run */
  liveButtons({ status, stopping }) {
    const { current } = this;
    const cancel = (/** @type {string} */ word) =>
      button(word, () => current.act("cancel"), { kind: "quiet danger" });
    if (!stopping) {
      const stop = button("Stop and save", () => current.act("keep"));
      return [status === "running" && stop, cancel("Cancel")];
    }
    const saves = stopping === "keep";
    const text = h("span.rr-muted", saves ? "Stopping after this step" : "Cancelling");
    return [text, cancel(saves ? "Cancel" : "Cancel again")];
  }

  /** @param {Run} run */
  modelButtons({ id, resumable }) {
    const { current } = this;
    const fresh = "Train this model on, with a fresh optimizer";
    const last = "Resume from its last checkpoint";
    const proceed = () => emit("refill", { run: id, how: "continue" });
    return [
      button("Open in Playground", () => goTo("playground", { b: id })),
      button("Continue training", proceed, { title: fresh }),
      resumable && button("Resume", () => current.act("resume"), { title: last }),
      button("Run again", () => current.act("again"), { kind: "quiet" }),
    ];
  }
}
