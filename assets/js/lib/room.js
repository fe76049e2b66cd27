// A room: one rich part of the page, which a module of its own draws.

import { unwrapAnswers } from "./server.js";

/**
 * Draw a room into its place.
 * @param {(context: any) => unknown} drawRoom
 * @param {GradioContext} context as Gradio passes it
 */
export function mount(drawRoom, context) {
  const room = context.element.querySelector(".rr-room");
  const server = context.server ? unwrapAnswers(context.server) : null;
  return drawRoom({ ...context, room, server });
}
