export const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

export class Refused extends Error {}

export const unwrapAnswers = (server) =>
  new Proxy(
    {},
    {
      get:
        (_, name) =>
        async (payload = {}) => {
          const answer = await server[name](payload);
          if (answer && "ok" in answer) return answer.ok;
          const refused = new Refused(answer?.refused || "The server could not answer. Try again.");
          refused.fault = !answer?.refused || !!answer.fault; // a fault may pass; a refusal stays one
          throw refused;
        },
    },
  );

export const errorSentence = (error) =>
  error instanceof Refused
    ? error.message
    : "The server cannot be reached. Check the connection, then try again.";

// A poll failed: the server may be away, or the session has ended. Then sign in and come back.
export const checkSession = async (error) => {
  if (error instanceof Refused) throw error;
  const answer = await fetch("login/check")
    .then((found) => found.json())
    .catch(() => null);
  if (answer && !answer.signed_in)
    location.assign(`login?next=${encodeURIComponent(location.pathname + location.search)}`);
  throw error;
};
