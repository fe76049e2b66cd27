// The clipboard, also where the browser has none for the page (plain http).

import { h } from "./dom.js";
import { toast } from "./toast.js";

/**
 * Copy a text to the clipboard, and say so.
 * @param {string} text
 * @param {string} message shown when it is copied
 */
export async function copyText(text, message) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea.rr-sr");
    field.value = text;
    (document.querySelector("dialog[open]") || document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast(message);
}
