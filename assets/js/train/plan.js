// What a new run will do before it is started, and the command that does the same.

import { errorBox, linkButton, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

export const drawRoom = ({ room, props, watch, trigger }) => {
  const measure = () => {
    const link = h("span", { class: "rr-muted" }, "Measuring, about 20 s …");
    room.querySelector(".rr-plan-measure")?.replaceChildren(link);
    trigger("measure", {});
  };
  let last = null;
  const show = () => {
    const plan = JSON.parse(props.value || "null");
    if (!plan) {
      fill(room, h("div", { class: "rr-sunken" }, skeleton(5)));
      return;
    }
    if (plan.refused) {
      // what stood there stays, so that the fields below do not jump
      if (last) {
        draw(last);
        room.firstChild.replaceWith(errorBox(plan.refused));
      } else fill(room, errorBox(plan.refused));
      room.classList.toggle("rr-plan-old", !!last);
      return;
    }
    last = plan;
    room.classList.remove("rr-plan-old");
    draw(plan);
  };
  const draw = (plan) => {
    fill(
      room,
      h("p", { class: "rr-plan-data" }, plan.data),
      h(
        "div",
        { class: "rr-sunken rr-plan" },
        h("h3", {}, "What will happen"),
        h(
          "dl",
          {},
          plan.facts.map((fact) =>
            h(
              "div",
              { class: fact.warn ? "rr-warned" : "" },
              h("dt", {}, fact.warn && icon("warn"), fact.name),
              h("dd", {}, fact.value),
            ),
          ),
        ),
        plan.measurable
          ? h("p", { class: "rr-plan-measure" }, linkButton("Measure this machine", measure))
          : null,
        plan.notices.map((notice) =>
          h("p", { class: "rr-notice" }, icon("warn"), h("span", {}, notice)),
        ),
      ),
    );
  };
  show();
  watch("value", show);
};
