// Why the form is filled as it is: the advisor's reasons, what a card asks for and cannot have.

import { errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";

export const drawRoom = ({ room, props, watch }) => {
  const show = () => {
    const why = JSON.parse(props.value || "{}"),
      parts = [];
    if (why.refused) parts.push(errorBox(why.refused));
    if (why.note) parts.push(h("p", { class: "rr-why-note" }, why.note));
    if (why.card)
      parts.push(
        h(
          "p",
          { class: "rr-why-note" },
          why.fit
            ? "This card was printed by CrossEncoder.fit(), which trained with an optimizer of its own: choose which of the two."
            : "The form holds what the card says.",
        ),
      );
    if (why.choices)
      parts.push(
        h(
          "dl",
          { class: "rr-why" },
          why.choices.map((choice) =>
            h(
              "div",
              {},
              h("dt", {}, choice.name, h("b", {}, choice.value)),
              h("dd", {}, choice.reason),
            ),
          ),
        ),
      );
    for (const notice of why.notices || [])
      parts.push(h("p", { class: "rr-notice" }, icon("warn"), h("span", {}, notice)));
    fill(room, parts.length ? h("div", { class: "rr-why-box" }, parts) : null);
  };
  show();
  watch("value", show);
};
