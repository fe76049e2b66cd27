// Files for the user: from a text of the page, or from the server.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Download what is at an address.
 * @param {string} href
 * @param {string} [name]
 */
export function download(href, name = "") {
  h("a", { download: name, href }).click();
}

/**
 * Download a text.
 * @param {string} name
 * @param {string} text
 * @param {string} type
 */
export function saveText(name, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  download(href, name);
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

/**
 * A link that looks like a button and downloads a file.
 * @param {string} text
 * @param {string} href
 * @param {string} [title]
 */
export function downloadLink(text, href, title) {
  return h("a.rr-button", { href, download: "", title }, icon("download"), text);
}
