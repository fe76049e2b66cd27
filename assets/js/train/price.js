// A run whose executor charges for it, or a chain of runs, starts only after it was confirmed.

import { confirmAction } from "../lib/dialog.js";

/**
 * What a chain of runs is, asked about before it is queued.
 * @typedef {{ verb: string, text: string }} ChainQuestion
 */

/**
 * The question before a recipe of several passes is queued.
 * @param {string} verb on the button
 */
export function chainQuestion(verb) {
  const text =
    "The runs train one after the other; each continues the last. They are one entry in the list and are stopped together.";
  return { verb, text };
}

/**
 * What is asked before a start; null where it starts at once.
 * @param {RunPrice | null} price
 * @param {ChainQuestion | null} chain
 */
export function startQuestion(price, chain) {
  if (!price && !chain) return null;
  const title = chain ? `${chain.verb}?` : "Start a paid job?";
  const verb = chain && !price ? chain.verb : "Agree and start";
  const cost =
    price &&
    `${price.hardware} costs ${price.text}. The time is charged to the account of the server's token, even if the run fails.`;
  return { title, verb, text: [chain?.text, cost].filter(Boolean).join(" ") };
}

/**
 * @param {RunPrice | null} price
 * @param {(agreed: number | null) => unknown} start
 * @param {ChainQuestion | null} [chain]
 */
export function agreeTo(price, start, chain = null) {
  const question = startQuestion(price, chain);
  if (!question) return start(null);
  const { title, text, verb } = question;
  return confirmAction(title, text, verb, () => start(price?.hourly ?? null), { kind: "primary" });
}

/**
 * Do something with a run. One that starts it again asks for the price first, and before it queues
 * a whole chain.
 * @param {Pick<TrainServer, "run_price">} server
 * @param {{ id: number, place: RunPlace, chain: unknown }} run
 * @param {RunAction} what
 * @param {(agreed: number | null) => unknown} act
 */
export async function actAtPrice(server, { id, place, chain }, what, act) {
  const starts = what === "again" || what === "resume";
  const paid = starts && place.executor !== "local";
  const price = paid ? await server.run_price({ run: id }) : null;
  const whole = what === "again" && chain ? chainQuestion("Queue the chain again") : null;
  return agreeTo(price, act, whole);
}
