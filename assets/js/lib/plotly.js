// Plotly is large, so it is loaded once, when the first chart is shown.

import { h } from "./dom.js";

/** @type {Promise<unknown> | null} */
let loading = null;

/**
 * Load Plotly from its address, unless it is loaded.
 * @param {string} src
 */
export function loadPlotly(src) {
  loading ||= new Promise((resolve, reject) => {
    const onerror = () => {
      loading = null;
      script.remove();
      reject(new Error("Plotly did not load"));
    };
    const script = h("script", { src, onload: resolve, onerror });
    document.head.append(script);
  });
  return loading;
}
