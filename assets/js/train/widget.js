// The Train tab's card of one run: its state, its live chart, and its results.

import { address, goTo, setAddress } from "../lib/address.js";
import { button, emptyState } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { loadPlotly } from "../lib/plotly.js";
import { isVisible, poll, pollRate } from "../lib/poll.js";
import { isAdmin } from "../lib/role.js";
import { mayPass } from "../lib/server.js";
import { ChartCard } from "./chart_card.js";
import { ComparedRuns } from "./compared_runs.js";
import { RunFiles } from "./files.js";
import { actAtPrice } from "./price.js";
import { RunResults } from "./results.js";
import { RunHead } from "./run_head.js";
import { RunState } from "./run_state.js";
import { shown } from "./shown.js";
import { isLive } from "./words.js";

const EMPTY =
  "Choose data and a base model, then press Start. Loss and nDCG@10 are drawn here while it runs. You can reload or close the page.";
const READ_ONLY = "An admin starts runs. Loss and nDCG@10 are drawn here while one runs.";
const NO_DATA = "A run learns from the labels of a dataset. Import one first.";
const SLOW = 4; // seconds between two polls of a run that has ended

function noRun() {
  if (address.dataset || !isAdmin()) {
    return emptyState("No run yet", isAdmin() ? EMPTY : READ_ONLY);
  }
  const open = () => goTo("data", { open: null });
  return emptyState("No run yet", NO_DATA, button("Import a file", open, { kind: "primary" }));
}

/**
 * Draw the card of the current run.
 * @param {Widget<TrainServer>} context
 */
export function drawWidget(context) {
  new CurrentRun(context).start();
}

/** The card of the current run. */
export class CurrentRun {
  /** @param {Widget<TrainServer>} context */
  constructor(context) {
    this.context = context;
    this.server = context.server;
    this.widget = context.widget;
    /** @type {Run | null} */
    this.run = null;
    this.since = 0; // the events that were read
    this.turn = 0; // goes up when another run is wanted
    this.busy = false;
    this.wanted = false; // whether the run is brought into view when it is drawn
    this.polls = -1; // the first one reads
    this.head = new RunHead(this);
    this.state = new RunState();
    this.chart = new ChartCard(this);
    this.compared = new ComparedRuns(this);
    this.results = new RunResults(this.server);
    this.files = new RunFiles(this.server);
    this.card = h(
      "article.rr-card.rr-live",
      { "aria-label": "Current run" },
      this.head.nodes,
      h("div.rr-live-progress", this.state.bar, this.chart.tools(this.state.facts)),
      this.results.node,
      this.chart.node,
      this.state.reader,
      this.chart.table.node,
      this.files.node,
    );
  }

  start() {
    const { element } = this.context;
    this.widget.before(h("h1.rr-sr", "Train"));
    listen("run", () => {
      this.run = null;
      this.restart();
    });
    listen("show", (run) => this.bringIntoView(run));
    listen("back", () => isVisible(element) && this.refresh()); // hidden, a chart has no width
    let admin = isAdmin(); // the card may be drawn before the header has read the role
    listen("pulse", () => {
      if (admin !== isAdmin() && this.run) this.head.draw(this.run);
      admin = isAdmin();
    });
    poll(element, 1, () => this.tick());
    this.chart.followWidth(() => isVisible(element));
  }

  /** Once a second. */
  async tick() {
    const ended = this.run && !isLive(this.run.status);
    const every = ended ? Math.max(SLOW, pollRate.seconds) : pollRate.seconds;
    this.polls = (this.polls + 1) % every;
    if (!this.polls) await this.refresh();
  }

  /** Show a run that was started or opened, and give it the focus. @param {number} run */
  bringIntoView(run) {
    const same = this.run?.id === run;
    this.wanted = !same;
    setAddress({ run });
    if (same) this.focus();
  }

  focus() {
    this.wanted = false;
    document.getElementById("rr-train")?.scrollIntoView({ block: "start" });
    this.head.title.focus({ preventScroll: true });
  }

  /** Read everything again. */
  restart() {
    this.since = 0;
    this.turn += 1;
    this.refresh();
  }

  async refresh() {
    if (this.busy) return;
    this.busy = true;
    const { turn } = this;
    try {
      const answer = await this.server.follow({
        run: address.run || null,
        drawn: this.run?.id ?? null,
        steps: this.chart.plot.steps,
        since: this.since,
        panel: this.chart.panel,
        extra: this.chart.extra,
      });
      if (turn === this.turn) await this.show(answer, turn);
    } catch (error) {
      if (mayPass(error)) throw error;
      if (address.run) setAddress({ run: null }, { back: false }); // it was deleted
    } finally {
      this.busy = false;
      if (turn !== this.turn) this.refresh();
    }
  }

  /**
   * @param {FollowedRun | NoRun} answer
   * @param {number} turn
   */
  async show(answer, turn) {
    const { run } = answer;
    if (answer.run === null || run === null) {
      fill(this.widget, h("div.rr-card", noRun()));
      return;
    }
    if (this.card.parentNode !== this.widget) fill(this.widget, this.card);
    this.run = run;
    if (shown.run !== run.id) {
      shown.run = run.id;
      emit("drawn");
    }
    this.head.draw(run);
    if (this.wanted) this.focus();
    this.state.draw(run, this.chart.plot.points);
    this.results.show(run);
    await this.drawChart(answer, run);
    this.since = answer.next;
    const outcome = await this.results.refresh(run, this.files.isPushing);
    if (turn === this.turn) this.files.show(run, outcome);
  }

  /**
   * @param {FollowedRun} answer
   * @param {Run} run
   */
  async drawChart(answer, run) {
    await loadPlotly(answer.plotly);
    const { plot, extra } = this.chart;
    const { figure, points } = answer;
    Object.assign(plot, { origin: run.origin.title, bestBy: run.recipe.best_by });
    if (figure) await plot.show(figure, points, this.compared.runs, extra);
    else await plot.extend(points);
    this.chart.draw(run);
  }

  /** @param {RunAction} what */
  async act(what) {
    const { run } = this;
    if (!run) return;
    try {
      await actAtPrice(this.server, run, what, (...how) => this.send(run.id, what, ...how));
    } catch (error) {
      this.head.showError(error);
    }
  }

  /**
   * @param {number} id
   * @param {RunAction} what
   * @param {number | null} agreed
   * @param {ChosenPlace} [place]
   */
  async send(id, what, agreed, place) {
    try {
      const next = await this.server.act({ run: id, what, agreed, ...place });
      if (next && next.id !== id) setAddress({ run: next.id });
      else this.refresh();
      emit("changed");
      emit("runs");
    } catch (error) {
      this.head.showError(error);
    }
  }
}
