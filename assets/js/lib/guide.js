// Links from the screens to the pages of the guide that explain them.

import { h } from "./dom.js";

/**
 * A link to a page of the guide.
 * @param {string} page the name of a page, with `#heading` if need be
 * @param {string} text
 */
export function guideLink(page, text) {
  const href = new URL(`guide/${page}`, document.baseURI).href;
  return h("a.rr-link.rr-guide-link", { href, target: "_blank", rel: "noopener" }, text);
}
