// Calls of the server: what it refuses, and what fails.

/** A sentence for the user. `fault`: it may pass, so the same call is worth another try. */
export class Refused extends Error {
  /** @param {string} sentence */
  constructor(sentence, fault = false) {
    super(sentence);
    this.fault = fault;
  }
}

/**
 * The server functions of a room: `await server.name(payload)` is the answer, or throws Refused.
 * @param {Record<string, (payload: object) => Promise<any>>} functions
 */
export function unwrapAnswers(functions) {
  const call =
    (/** @type {string} */ name) =>
    async (/** @type {object} */ payload = {}) => {
      const answer = await functions[name](payload);
      if (answer && "ok" in answer) return answer.ok;
      const sentence = answer?.refused || "The server could not answer. Try again.";
      throw new Refused(sentence, !answer?.refused || !!answer.fault);
    };
  return new Proxy({}, { get: (_, name) => call(String(name)) });
}

/** @param {unknown} error */
export function errorSentence(error) {
  if (error instanceof Refused) return error.message;
  return "Can't reach the server. Check the connection, then try again.";
}

/**
 * After a failed poll: if the session has ended, go to the sign-in page, which leads back here.
 * @param {unknown} error
 * @returns {Promise<never>} throws the error again
 */
export async function checkSession(error) {
  if (error instanceof Refused) throw error;
  const answer = await fetch("login/check")
    .then((found) => found.json())
    .catch(() => null);
  const here = encodeURIComponent(location.pathname + location.search);
  if (answer && !answer.signed_in) location.assign(`login?next=${here}`);
  throw error;
}

/** A new id. `crypto.randomUUID` is missing on plain http. */
export function newId() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
