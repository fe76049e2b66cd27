// Plotly is large, so it is asked for when the first chart is shown, and once.

import { h } from "./dom.js";

let coming = null;

export const loadPlotly = (url) =>
  (coming ||= new Promise((done, failed) => {
    const script = h("script", {
      src: url,
      onload: () => done(window.Plotly),
      onerror: () => {
        coming = null;
        script.remove();
        failed(new Error("Plotly did not load"));
      },
    });
    document.head.append(script);
  }));
