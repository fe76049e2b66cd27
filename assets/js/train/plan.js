// What a new run will do, before it is started.

import { goTo } from "../lib/address.js";
import { errorBox, linkButton, notice, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

const LEAKAGE = ["sides", "near_sides", "passage_sides", "balance"]; // shown in Quality too

/** The plan of a new run. */
export class PlanView {
  /** @param {() => unknown} measure */
  constructor(measure) {
    this.measure = measure;
    this.first = h("div", { "aria-live": "polite" });
    this.facts = h("div");
    this.node = h("div", { id: "rr-train_plan" }, this.first, this.facts);
    this.waiting = h("div.rr-sunken", skeleton(5)); // until the first plan
    fill(this.facts, this.waiting);
  }

  /** @param {unknown} error after which the last plan stays, so that fields below do not jump */
  refuse(error) {
    this.node.classList.add("rr-plan-old");
    fill(this.first, errorBox(error));
    this.waiting.remove();
  }

  /**
   * @param {RunPlan} plan
   * @param {string} dataset
   */
  show(plan, dataset) {
    this.node.classList.remove("rr-plan-old");
    fill(this.first, h("p.rr-plan-data", plan.data));
    fill(
      this.facts,
      plan.findings.map((finding) => findingLine(finding, dataset)),
      this.factsOf(plan),
    );
  }

  /** @param {RunPlan} plan */
  factsOf({ facts, measurable, notices }) {
    const lines = facts.map(({ name, value, warn }) => {
      const mark = warn && icon("warn");
      return h("div", { class: warn && "rr-warned" }, h("dt", mark, name), h("dd", value));
    });
    const link = linkButton("Measure this machine", () => {
      fill(measuring, h("span.rr-muted", "Measuring, about 20 s …"));
      this.measure();
    });
    const measuring = h("p.rr-plan-measure", link);
    return h(
      "div.rr-sunken.rr-plan",
      h("h3", "What will happen"),
      h("dl", lines),
      measurable ? measuring : null,
      notices.map((text) => notice(text)),
    );
  }
}

/**
 * @param {PlanFinding} finding
 * @param {string} dataset
 */
function findingLine({ key, severity, fact, mend }, dataset) {
  const blocks = severity === "blocks";
  const quality = () => goTo("data", { dataset, open: dataset, view: "quality" });
  return h(
    "div.rr-plan-finding",
    { class: blocks && "blocks" },
    icon(blocks ? "octagon" : "warn"),
    h(
      "div.rr-grow",
      h("b", `${fact}.`),
      " ",
      mend,
      " ",
      LEAKAGE.includes(key) ? linkButton("Open Quality", quality) : null,
    ),
  );
}
