// The metric on dev that the chart starts with, and what it says where none has values.

import { METRICS } from "./words.js";

/**
 * @param {ChartPoints} points
 * @param {string} metric
 */
function hasValues({ dev, baselines }, metric) {
  const measured = Object.values(baselines).some((metrics) => metrics[metric] !== undefined);
  return measured || !!dev[metric]?.length;
}

/**
 * The first metric with values; nDCG@10 where none has any.
 * @param {ChartPoints} points
 */
export function firstMetric(points) {
  const [metric] = METRICS.find(([name]) => hasValues(points, name)) ?? METRICS[0];
  return metric;
}

/**
 * A sentence in the place of a metric without values; "" before training, as they come first.
 * @param {ChartPoints} points
 * @param {string} metric that is drawn
 */
export function unscoredSentence(points, metric) {
  const trains = points.warm.length || points.train.length;
  if (!trains || hasValues(points, metric)) return "";
  const [, word] = METRICS.find(([name]) => name === metric) ?? METRICS[0];
  const others = hasValues(points, firstMetric(points));
  return others
    ? `${word} cannot be computed on this dev split.`
    : "No metric can be computed on this dev split.";
}
