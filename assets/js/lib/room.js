// A room: one rich part of the page, which a module of its own draws.

import { connection } from "./connection.js";
import { serverFunctions } from "./server.js";

/**
 * Draw a room into its place.
 * @param {(context: any) => unknown} drawRoom
 * @param {GradioContext} context as Gradio passes it, and the id of the room's element
 */
export function mount(drawRoom, context) {
  const room = context.element.querySelector(".rr-room");
  const component = componentOf(context.id);
  const server = context.server ? serverFunctions(component) : null;
  // Gradio reports a failed event by a message of its own, and reloads the page later.
  const trigger = (/** @type {string} */ event, /** @type {object} */ data) => {
    if (connection.state === "ok") context.trigger(event, data);
  };
  return drawRoom({ ...context, room, server, component, trigger });
}

/**
 * The server functions of another room.
 * @param {string} name
 */
export function roomServer(name) {
  return serverFunctions(componentOf(`rr-${name}`));
}

/**
 * The number of Gradio's component.
 * @param {string} id of its element
 */
function componentOf(id) {
  const known = window.gradio_config?.components ?? [];
  return known.find(({ props }) => props?.elem_id === id)?.id ?? -1;
}
