// The form for a new run: data, base model, recipe, what will happen, and Start.

import { address, setAddress } from "../lib/address.js";
import { button, errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { emit, listen } from "../lib/events.js";
import { formatInt } from "../lib/format.js";
import { isVisible } from "../lib/poll.js";
import { isAdmin } from "../lib/role.js";
import { BaseChoice } from "./base_choice.js";
import { CommandView } from "./command.js";
import { RecipeFields } from "./form_fields.js";
import { groupedOptions, labelled } from "./form_parts.js";
import { CardSource } from "./form_source.js";
import { PlaceChoice } from "./place_choice.js";
import { PlanView } from "./plan.js";
import { agreeTo, chainQuestion } from "./price.js";
import { Reasons } from "./recipe_reasons.js";

const PAUSE = 250; // milliseconds after the last change until the plan is asked for
const LATELY = 5000; // milliseconds without a pulse after which the tab counts as opened again
const [ADVISED, GIVEN] = ["advised", "given"];

/** Draw the form for a new run. @param {Widget<FormServer>} context */
export function drawWidget({ element, widget, server }) {
  new RunForm(element, widget, server).start();
}

/** The form for a new run. */
class RunForm {
  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} widget
   * @param {FormServer} server
   */
  constructor(element, widget, server) {
    this.element = element;
    this.widget = widget;
    this.server = server;
    this.name = "quick"; // what the recipe in the form is called
    this.baseIsChosen = false; // by the user, or by a run to continue: the advisor keeps it
    this.turn = 0; // the newest plan that was asked for
    this.filling = 0; // the newest filling
    this.mark = "";
    this.seen = 0;
    this.timer = 0;
    /** @type {RunPlan | null} */
    this.plan = null;
    this.dataset = h("select.rr-select", { id: "rr-run-data" });
    this.dataset.addEventListener("change", () => setAddress({ dataset: this.dataset.value }));
    this.base = new BaseChoice(() => this.baseChanged());
    this.place = new PlaceChoice(() => this.schedule());
    this.recipe = h("select.rr-select", { id: "rr-run-recipe" });
    this.recipe.addEventListener("change", () => this.recipeChosen());
    this.fields = new RecipeFields((name) => this.schedule(PAUSE, name === "budget"));
    this.source = new CardSource((text, variant) => this.fillByText(text, variant));
    this.why = new Reasons(this.fields);
    this.planView = new PlanView(() => this.ask(true));
    this.command = new CommandView();
    this.go = button("Start", () => this.begin(), { kind: "primary" });
    this.go.id = "rr-run-start";
  }

  start() {
    listen("refill", (request) => this.refill(request));
    listen("dataset", () => this.datasetChanged());
    listen("pulse", (pulse) => this.pulsed(pulse.mark));
    listen("changed", () => {
      this.mark = "";
    });
  }

  /**
   * The header has read: what can be chosen may have changed, or the tab was opened.
   * @param {string} mark
   */
  async pulsed(mark) {
    if (!isVisible(this.element) || !isAdmin()) return;
    const opened = Date.now() - this.seen > LATELY;
    this.seen = Date.now();
    if (mark === this.mark && !opened) return;
    this.mark = mark;
    try {
      await this.read();
    } catch (error) {
      this.mark = "";
      if (!this.fields.values) fill(this.widget, errorBox(error));
    }
  }

  async read() {
    const offers = await this.server.form_offers();
    const first = !this.fields.values;
    const datasets = offers.datasets.map(({ name, labelled: count }) => ({
      value: name,
      word: `${name} · ${formatInt(count)} labelled`,
    }));
    fill(this.dataset, groupedOptions([{ group: "", options: datasets }]));
    const exists = offers.datasets.some(({ name }) => name === address.dataset);
    this.dataset.value = (exists ? address.dataset : offers.datasets[0]?.name) ?? "";
    const chosen = this.recipe.value || "quick";
    fill(this.recipe, groupedOptions(offers.recipes));
    this.recipe.value = chosen;
    if (this.recipe.selectedIndex < 0) this.recipe.selectedIndex = 0;
    this.place.offer(offers.places);
    this.base.offer(offers.bases, first ? offers.base : this.base.value);
    if (first) {
      this.fields.draw(offers.fields, offers.values);
      this.draw();
    }
    this.schedule(0);
  }

  draw() {
    fill(
      this.widget,
      h("div.rr-card-head", h("h2", "New run")),
      h(
        "div.rr-run-form",
        labelled("Data", this.dataset),
        labelled("Base model", this.base.select, this.base.other),
        labelled("Recipe", this.recipe),
        this.place.node,
        this.source.node,
        this.why.node,
        this.planView.node,
        this.fields.nodes,
      ),
      h("div.rr-run-foot", this.command.button, this.go),
      this.command.node,
    );
  }

  /** @returns {RunRequest} */
  request() {
    return {
      dataset: this.dataset.value || null,
      name: this.name,
      base: this.base.value,
      values: this.fields.read(),
      ...this.place.value,
    };
  }

  /** Ask for the plan once nothing has changed for a moment; `advice`: it follows from the change. */
  schedule(pause = PAUSE, advice = false) {
    if (advice && this.recipe.value === ADVISED) return this.recipeChosen(true);
    this.plan = null; // it was for other values
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(false), pause);
  }

  /** @param {boolean} wait measure the speed of this machine first */
  async ask(wait) {
    this.why.redraw();
    this.turn += 1;
    const { turn } = this;
    try {
      const plan = await this.server.plan_run({ ...this.request(), wait });
      if (turn !== this.turn) return false;
      this.plan = plan;
      this.fields.mark(null);
      this.planView.show(plan, this.dataset.value);
      this.command.show(plan);
      this.go.textContent = plan.busy ? "Add to queue" : "Start";
    } catch (error) {
      if (turn !== this.turn) return false;
      this.fields.mark(error);
      this.planView.refuse(error);
    }
    return true;
  }

  /** Start what the fields say now: the plan says what to ask before. */
  async begin() {
    while (!this.plan) {
      clearTimeout(this.timer);
      // Another question may take the place of this one: a field is left, a run begins.
      if ((await this.ask(false)) && !this.plan) return this.fields.showWrong(); // refused
    }
    const { price, runs } = this.plan;
    const chain = runs > 1 ? chainQuestion(`Queue ${runs} runs`) : null;
    agreeTo(price, (agreed) => this.send(agreed), chain);
  }

  /** @param {number | null} agreed the price that was confirmed */
  async send(agreed) {
    this.go.disabled = true;
    try {
      const { run } = await this.server.start_run({ ...this.request(), agreed });
      emit("show", run);
      emit("changed");
      emit("runs");
      this.schedule(0);
    } catch (error) {
      this.planView.refuse(error);
    }
    this.go.disabled = false;
  }

  datasetChanged() {
    if (!this.fields.values) return;
    this.dataset.value = address.dataset ?? "";
    this.schedule(0, true);
  }

  baseChanged() {
    this.baseIsChosen = true;
    this.fields.empty("revision"); // it belongs to the base that it was given for
    this.schedule(PAUSE, true);
  }

  recipeChosen(again = false) {
    const recipe = this.recipe.value;
    this.source.node.hidden = recipe !== GIVEN;
    this.why.clear();
    if (recipe === GIVEN) return;
    const [dataset, base] = [this.dataset.value || null, this.base.value];
    const [suggest, budget] = [!this.baseIsChosen, this.fields.budget];
    this.take(this.server.fill_by_name({ recipe, dataset, base, suggest, budget }), again);
  }

  /** @param {string} text @param {"printed" | "fit"} variant */
  fillByText(text, variant) {
    if (text.trim()) this.take(this.server.fill_by_text({ text, variant }));
  }

  /** @param {PageEvents["refill"]} request */
  async refill(request) {
    this.source.node.hidden = true;
    this.baseIsChosen = true;
    await this.take(this.server.fill_by_run(request));
    this.widget.scrollIntoView({ block: "nearest" });
    this.go.focus({ preventScroll: true });
  }

  /** Fill the form; `again`: but for what the user changed. @param {Promise<FilledForm>} answer */
  async take(answer, again = false) {
    if (!again) this.fields.edited.clear();
    this.filling += 1;
    const { filling } = this;
    try {
      const { name, values, why, base, dataset } = await answer;
      if (filling !== this.filling) return;
      this.name = name;
      this.fields.set(values);
      if (base) this.base.value = base;
      if (dataset) setAddress({ dataset });
      this.why.show(why);
      this.schedule(0);
    } catch (error) {
      if (filling === this.filling) this.why.refuse(error);
    }
  }
}
