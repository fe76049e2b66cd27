// The numbers of a run that its row shows.

/**
 * Metrics of a run: on the test split, or on dev while there are none.
 * @param {ListedRun} run
 */
export function metricsOf(run) {
  return run.metrics.tuned ? run.metrics : run.dev;
}

/**
 * nDCG@10 of a ranker of a run, on test or else on dev; null where it is not known.
 * @param {ListedRun} run
 * @param {Ranker} ranker
 * @returns {number | null}
 */
export function ndcgOf(run, ranker) {
  return metricsOf(run)[ranker]?.["ndcg@10"] ?? null;
}

/**
 * What a run gains in nDCG@10 over the model that it started from.
 * @param {ListedRun} run
 */
export function gainOf(run) {
  const [before, after] = [ndcgOf(run, "base"), ndcgOf(run, "combined") ?? ndcgOf(run, "tuned")];
  return before === null || after === null ? null : after - before;
}
