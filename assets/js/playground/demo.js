// What a visitor of a demo reads first: its title, its text, and queries to begin with.

import { fill, h } from "../lib/dom.js";
import { icon } from "../lib/icons.js";
import { setDemoTitle } from "../lib/title.js";

/**
 * Draw the introduction of a demo.
 * @param {HTMLElement} node
 * @param {DemoPage | null} demo
 * @param {(query: string, labelled: boolean) => void} open
 */
export function drawDemo(node, demo, open) {
  if (!demo) return;
  const buttons = demo.queries.map(({ query, labelled }) => {
    const properties = { type: "button", onclick: () => open(query, labelled) };
    return h("button.rr-start", properties, icon("search"), h("span.rr-cut", query));
  });
  fill(
    node,
    demo.title && h("h2", demo.title),
    demo.text && h("p.rr-muted", demo.text),
    buttons.length > 0 && h("div.rr-demo-queries", buttons),
  );
  setDemoTitle(demo.title);
}
