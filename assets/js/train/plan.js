// What a new run will do, before it is started.

import { errorBox, linkButton, notice, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

/** @param {Room<null>} context */
export function drawRoom({ room, props, watch, trigger }) {
  const measure = () => {
    const wait = h("span.rr-muted", "Measuring, about 20 s …");
    room.querySelector(".rr-plan-measure")?.replaceChildren(wait);
    trigger("measure", {});
  };
  /** @type {RunPlan | null} the last one that was not refused */
  let last = null;
  const show = () => {
    /** @type {RunPlan | null} */
    const plan = JSON.parse(props.value || "null");
    if (!plan) {
      fill(room, h("div.rr-sunken", skeleton(5)));
      return;
    }
    if (!plan.refused) last = plan;
    room.classList.toggle("rr-plan-old", !!plan.refused && !!last);
    // After a refusal the last plan stays, so that the fields below do not jump.
    const first = plan.refused ? errorBox(plan.refused) : h("p.rr-plan-data", plan.data);
    fill(room, first, last && planFacts(last, measure));
  };
  show();
  watch("value", show);
}

/**
 * @param {RunPlan} plan
 * @param {() => void} measure
 */
function planFacts({ facts, measurable, notices }, measure) {
  const lines = facts.map(({ name, value, warn }) => {
    const mark = warn && icon("warn");
    return h("div", { class: warn && "rr-warned" }, h("dt", mark, name), h("dd", value));
  });
  const link = linkButton("Measure this machine", measure);
  return h(
    "div.rr-sunken.rr-plan",
    h("h3", "What will happen"),
    h("dl", lines),
    measurable ? h("p.rr-plan-measure", link) : null,
    notices.map((text) => notice(text)),
  );
}
