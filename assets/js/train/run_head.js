// The head of the run's card: its name, its status, what it says, and what can be done.

import { goTo } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit } from "../lib/events.js";
import { isAdmin, userRole } from "../lib/role.js";
import { canAskToNotify } from "../lib/run_title.js";
import { widgetServer } from "../lib/widget.js";
import { openCutoff, openUse } from "../playground/model_dialogs.js";
import { askToCancel } from "./cancel.js";
import { placeWords } from "./place_choice.js";
import { hasModel, isLive, statusMark, statusWord } from "./words.js";

/** The head of the run's card. */
export class RunHead {
  /** @param {import("./widget.js").CurrentRun} current */
  constructor(current) {
    this.current = current;
    this.title = h("h2", { tabindex: -1 });
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
    this.title.textContent = run.name;
    fill(this.status, statusMark(run, statusWord(run)));
    const from = run.parent ? `continued from ${run.origin.title}` : run.origin.title;
    const about = [
      run.dataset,
      from,
      run.recipe.name,
      placeWords(run.place),
      run.archived && "archived",
    ];
    this.about.textContent = about.filter(Boolean).join(", ");
    this.about.title = `${run.dataset}, ${run.base}, ${run.recipe.name}`;
    this.drawLines(run);
    const { id, name, status, stopping, overdue, can_save, place } = run;
    const state = [id, name, status, stopping, overdue, can_save, place.phase];
    const key = [...state, isAdmin()].join(" ");
    if (key === this.drawnActions) return;
    this.drawnActions = key;
    fill(this.actions, this.buttons(run));
  }

  /** @param {Run} run */
  drawLines(run) {
    const note = run.note && h("p.rr-run-note", run.note);
    const lines = [this.failure(run), note, notices(run)].filter((line) => !!line);
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
      resumes && isAdmin() ? button("Resume", () => this.current.act("resume")) : null,
      isAdmin() && button("Run again", () => this.current.act("again")),
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
  liveButtons(run) {
    const { current } = this;
    if (!isAdmin()) return null;
    const end = () => current.act("cancel");
    const cancel = button("Cancel", () => askToCancel(current.run ?? run, end), {
      kind: "quiet danger",
    });
    if (!run.stopping) {
      const stop = button("Stop and save", () => current.act("keep"));
      return [notifyButton(), run.can_save && stop, cancel];
    }
    const saves = run.stopping === "keep";
    const when =
      run.place.phase === "waiting" ? "Saves when its job runs" : "Stopping after this step";
    const text = h("span.rr-muted", saves ? when : "Cancelling …");
    const title = "Force it to end: it has not responded to the cancel request";
    const force = run.overdue && button("End now", end, { kind: "quiet danger", title });
    return [text, saves ? cancel : force];
  }

  /** @param {Run} run */
  modelButtons({ id, name, resumable, metrics }) {
    const { current } = this;
    const measure = /** @type {const} */ ("probability");
    const side = { name: String(id), title: name, measure, combined: !!metrics.combined };
    const fresh = "Train this model further, with a new optimizer";
    const last = "Resume from its last checkpoint";
    const proceed = () => emit("refill", { run: id, how: "continue" });
    return [
      button("Open in Playground", () => goTo("playground", { b: id })),
      button("Use this model", () => openUse(side, widgetServer("playground"), userRole())),
      button("Threshold", () => openCutoff(side, widgetServer("playground"), () => {}, isAdmin())),
      isAdmin() && [
        button("Continue training", proceed, { title: fresh }),
        resumable && button("Resume", () => current.act("resume"), { title: last }),
        button("Run again", () => current.act("again"), { kind: "quiet" }),
      ],
    ];
  }
}

/**
 * What the run reported about itself, folded: none of it is an error.
 * @param {Run} run
 */
function notices({ notices: texts }) {
  if (!texts.length) return null;
  const title = texts.length === 1 ? "1 notice" : `${texts.length} notices`;
  return h(
    "details.rr-run-notices",
    h("summary", title),
    h(
      "div",
      texts.map((text) => h("p", text)),
    ),
  );
}

/** While the browser has not been asked yet. */
function notifyButton() {
  if (!canAskToNotify()) return null;
  const ask = async () => {
    await Notification.requestPermission();
    node.remove();
  };
  const title = "A notification of the browser when the run ends, while another page is open";
  const node = button("Notify me", ask, { kind: "quiet", title });
  return node;
}
