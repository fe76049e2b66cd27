// A room: one rich part of the page, which its own module draws.

import { unwrapAnswers } from "./server.js";

// `context` is what Gradio hands over: {element, trigger, props, server, upload, watch}.
export const mount = (draw, context) => {
  const room = context.element.querySelector(".rr-room");
  const server = context.server ? unwrapAnswers(context.server) : null;
  return draw({ ...context, room, server });
};
