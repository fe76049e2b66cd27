// Parts of the page that are loaded when they are opened for the first time.

import { toast } from "./toast.js";

/** What to say where such a part cannot be loaded. */
export const NOT_LOADED =
  "This part of the page could not be loaded. Check the connection, then reload the page.";

/**
 * A function of a module that is loaded at the first call.
 * @template {any[]} Values
 * @param {() => Promise<(...values: Values) => unknown>} load the function, by `await import()`
 * @returns {(...values: Values) => Promise<void>}
 */
export function later(load) {
  return async (...values) => {
    const loaded = await load().catch(() => null);
    if (loaded) await loaded(...values);
    else toast(NOT_LOADED);
  };
}
