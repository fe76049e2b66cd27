// Smoothing of the training loss. Nothing here needs a page.

/** @typedef {[x: number, y: number]} Point */

/**
 * An exponential mean, corrected for its start at zero; at weight 0 the values themselves.
 * @param {number} weight of what came before, from 0 up to but without 1
 * @returns {(y: number) => number} takes the values one after the other
 */
export function smoother(weight) {
  let sum = 0;
  let count = 0;
  return (y) => {
    sum = weight * sum + (1 - weight) * y;
    count += 1;
    return weight ? sum / (1 - weight ** count) : y;
  };
}

/**
 * Points as Plotly takes them, each y through `smooth`.
 * @param {Point[]} points
 * @param {(y: number) => number} [smooth]
 */
export function line(points, smooth = (y) => y) {
  return { x: points.map(([x]) => x), y: points.map(([, y]) => smooth(y)) };
}
