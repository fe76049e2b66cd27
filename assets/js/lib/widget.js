// A widget: one rich part of the page, which a module of its own draws.

import { connection } from "./connection.js";
import { serverFunctions } from "./server.js";

/**
 * Draw a widget into its place.
 * @param {(context: any) => unknown} drawWidget
 * @param {GradioContext} context as Gradio passes it, and the id of the widget's element
 */
export function mount(drawWidget, context) {
  const widget = context.element.querySelector(".rr-widget");
  const component = componentOf(context.id);
  const server = context.server ? serverFunctions(component) : null;
  // Gradio reports a failed event by a message of its own, and reloads the page later.
  const trigger = (/** @type {string} */ event, /** @type {object} */ data) => {
    if (connection.state === "ok") context.trigger(event, data);
  };
  return drawWidget({ ...context, widget, server, component, trigger });
}

/**
 * The server functions of another widget.
 * @param {string} name
 */
export function widgetServer(name) {
  return serverFunctions(componentOf(`rr-${name}`));
}

/**
 * The number of Gradio's component.
 * @param {string} id of its element
 */
function componentOf(id) {
  const components = window.gradio_config?.components ?? [];
  return components.find(({ props }) => props?.elem_id === id)?.id ?? -1;
}
