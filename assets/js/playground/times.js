// How long each ranker took.

import { fill, h } from "../lib/dom.js";
import { formatInt, plural } from "../lib/format.js";

const WORTH_A_WORD = 0.05; // seconds of loading

/**
 * Show how long each ranker took.
 * @param {HTMLElement} node
 * @param {Comparison} answer
 */
export function showTimes(node, { sides, candidates }) {
  const loaded = sides.filter(({ loading }) => loading > WORTH_A_WORD);
  const words = loaded.map(({ title, loading }) => `${title} loaded in ${loading.toFixed(1)} s`);
  fill(
    node,
    sides.map(({ engine, milliseconds }, at) =>
      h(
        "span",
        at ? " · " : "",
        h("span", { title: engine }, `${"ABC"[at]} `),
        h("b", `${formatMilliseconds(milliseconds)} ms`),
      ),
    ),
    ` for ${plural(candidates, "passage")} on this machine`,
    words.length ? h("span.rr-faint", ` · ${words.join(", ")}`) : null,
  );
}

/**
 * To three digits at most.
 * @param {number} n
 */
function formatMilliseconds(n) {
  if (n < 10) return n.toFixed(1);
  return n < 10000 ? formatInt(n) : `${formatInt(n / 1000)},000`;
}
