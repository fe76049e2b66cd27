// A run whose executor charges for it starts only after its price was confirmed.

import { confirmAction } from "../lib/dialog.js";

/**
 * @param {RunPrice | null} price
 * @param {(agreed: number | null) => unknown} start
 */
export function agreeTo(price, start) {
  if (!price) return start(null);
  const text = `${price.hardware} costs ${price.text}. The time is charged to the account of the server's token, even if the run fails.`;
  const options = { kind: "primary" };
  const yes = () => start(price.hourly);
  return confirmAction("Start a paid job?", text, "Agree and start", yes, options);
}

/**
 * Do something with a run. One that starts it again asks for the price first.
 * @param {Pick<TrainServer, "run_price">} server
 * @param {{ id: number, place: RunPlace }} run
 * @param {RunAction} what
 * @param {(agreed: number | null) => unknown} act
 */
export async function actAtPrice(server, { id, place }, what, act) {
  const starts = what === "again" || what === "resume";
  const paid = starts && place.executor !== "local";
  return agreeTo(paid ? await server.run_price({ run: id }) : null, act);
}
