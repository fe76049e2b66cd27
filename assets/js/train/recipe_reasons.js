// Why the form is filled as it is: the advisor's reasons, what a card asks for and cannot have.

import { notice } from "../lib/controls.js";
import { h } from "../lib/dom.js";

const FIT =
  "This card was printed by CrossEncoder.fit(), which ignored these optimizer settings. Choose: as printed, or as trained.";
const CARD = "The form shows what the card says.";

/**
 * The reasons for the values of the form.
 * @param {RecipeReasons} reasons
 */
export function reasons({ note, card, fit, choices, notices = [] }) {
  const lines = choices?.map(({ name, value, reason }) =>
    h("div", h("dt", name, h("b", value)), h("dd", reason)),
  );
  return [
    note && h("p.rr-why-note", note),
    card && h("p.rr-why-note", fit ? FIT : CARD),
    lines && h("dl.rr-reasons", lines),
    ...notices.map((text) => notice(text)),
  ].filter((part) => !!part);
}
