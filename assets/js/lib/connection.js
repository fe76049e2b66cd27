// Whether the server answers, and whether it still knows the user.

import { emit } from "./events.js";

/** @typedef {"ok" | "away" | "signed out"} ConnectionState */

export const connection = { state: /** @type {ConnectionState} */ ("ok") };

/**
 * What the last call found; the rest of the page is notified of a change.
 * @param {ConnectionState} state
 */
export function setConnection(state) {
  if (state === connection.state) return;
  connection.state = state;
  emit("connection", state);
}
