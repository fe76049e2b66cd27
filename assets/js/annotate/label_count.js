// Counts a label in the progress before the server has it.

/**
 * Count a label that is given, or taken back. A gold pair counts as done before.
 * @param {LabellingProgress} progress
 * @param {number | null} label
 * @param {1 | -1} by
 * @param {boolean} cannotTell
 */
export function countLabel(progress, label, by, cannotTell) {
  const add = (/** @type {"done" | "skipped" | "labelled" | "today"} */ key) => {
    progress[key] = Math.max(0, progress[key] + by);
  };
  progress.waiting = Math.max(0, progress.waiting - by);
  add(label === null && !cannotTell ? "skipped" : "done");
  progress.done = Math.min(progress.done, progress.total);
  if (label !== null) for (const key of /** @type {const} */ (["labelled", "today"])) add(key);
}
