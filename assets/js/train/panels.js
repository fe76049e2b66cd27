// What the panels of the chart show, and its axes.

import { formatInt } from "../lib/format.js";

/** What the third panel may show: its title, and a value in words. */
/** @type {Record<string, { title: string, format: (value: number) => string }>} */
export const EXTRAS = {
  learning_rate: {
    title: "Learning rate",
    format: (value) => (value ? value.toExponential(1).replace("e-", "e−") : "0"),
  },
  grad_norm: { title: "Gradient norm", format: (value) => value.toFixed(2) },
  pairs_per_second: {
    title: "Pairs per second",
    format: (value) => (value < 20 ? value.toFixed(1) : formatInt(value)),
  },
};

const POWERS = [-6, -5, -4, -3, -2, -1, 0, 1, 2];
const TICKS = POWERS.flatMap((power) => [1, 2, 5].map((n) => Number(`${n}e${power}`)));
/** A logarithmic axis with ticks at 1, 2 and 5. */
export const LOG_AXIS = {
  type: "log",
  tickmode: "array",
  tickvals: TICKS,
  ticktext: TICKS.map(String),
};
