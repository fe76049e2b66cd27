// The further columns of a pair, such as SKU and price, as the owner shows them beside it.

import { h } from "./dom.js";

/**
 * The further columns of a pair, as a list of names and values.
 * @param {FurtherCell[] | undefined} cells
 */
export function furtherCells(cells) {
  if (!cells?.length) return null;
  const parts = cells.map(({ column, text, image }) => {
    const value = h("dd", { dir: "auto", title: text }, image ? picture(column, text) : text);
    return h("div", h("dt", column), value);
  });
  return h("dl.rr-further", parts);
}

/**
 * The server marks an address as an image only where an admin allows its host.
 * @param {string} alt
 * @param {string} src
 */
function picture(alt, src) {
  return h("img", { src, alt, loading: "lazy", referrerpolicy: "no-referrer" });
}
