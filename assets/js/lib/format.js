import { h } from "./dom.js";

export const formatInt = (n) =>
  n === null || n === undefined ? "–" : Math.round(n).toLocaleString("en-US");

export const formatMetric = (n) => (n === null || n === undefined ? "–" : n.toFixed(3));

export const formatPercent = (part, whole, digits = 1) =>
  whole ? `${((100 * part) / whole).toFixed(digits)}%` : "–";

export const plural = (n, one, many) => `${formatInt(n)} ${n === 1 ? one : many || `${one}s`}`;

export const deltaMark = (n) => {
  if (n === null || n === undefined) return h("span", { class: "rr-muted" }, "–");
  const word = `${n < 0 ? "−" : "+"}${Math.abs(n).toFixed(3)}`;
  return h("span", { class: n < -0.0005 ? "rr-loss" : n > 0.0005 ? "rr-gain" : "rr-muted" }, word);
};

export const formatClock = (seconds) => {
  if (seconds === null || seconds === undefined) return "–";
  const s = Math.max(0, Math.round(seconds)),
    pad = (n) => String(n).padStart(2, "0");
  return s >= 3600
    ? `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`
    : `${Math.floor(s / 60)}:${pad(s % 60)}`;
};

export const formatAgo = (time) => {
  const s = Date.now() / 1000 - time;
  if (s < 5) return "now";
  if (s < 60) return `${Math.round(s)} s ago`;
  if (s < 3600) return `${Math.round(s / 60)} min ago`;
  if (s < 86400) return `${Math.round(s / 3600)} h ago`;
  if (s < 172800) return "yesterday";
  return new Date(time * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
};
