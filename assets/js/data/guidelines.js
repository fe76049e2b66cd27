// The guidelines of an opened dataset.

import { button, errorBox, skeleton } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { drawGuidelines } from "../lib/guidelines.js";
import { mayPass } from "../lib/server.js";

const EMPTY =
  "None yet. Define what relevant means here, with an example for each label: annotators see it beside every pair.";

/**
 * Draw the guidelines of an opened dataset.
 * @param {HTMLElement} node
 * @param {string} dataset
 * @param {DataServer} server
 */
export async function drawGuidelinesView(node, dataset, server) {
  if (!node.firstChild) fill(node, h("div.rr-card.rr-card-body", skeleton(4)));
  try {
    const { own, ...guidelines } = await server.dataset_guidelines({ dataset });
    const body = h("div.rr-card-body");
    fill(node, h("div.rr-card", h("div.rr-card-head", h("b", "Guidelines")), body));
    drawGuidelines(body, {
      guidelines,
      mayEdit: own,
      empty: EMPTY,
      save: (text) => server.write_dataset_guidelines({ dataset, text }),
    });
  } catch (error) {
    if (mayPass(error) && node.querySelector(".rr-an-foot")) return;
    const again = button("Try again", () => drawGuidelinesView(node, dataset, server));
    fill(node, errorBox(error, again));
  }
}
