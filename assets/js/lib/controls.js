import { h } from "./dom.js";
import { icon } from "./icons.js";
import { errorSentence } from "./server.js";

export const button = (
  text,
  onclick,
  { kind = "", icon: shape, key, label, title, disabled } = {},
) =>
  h(
    "button",
    {
      type: "button",
      class: `rr-button ${kind}`,
      onclick,
      "aria-label": label,
      title: title || label,
      disabled,
      "aria-keyshortcuts": key,
    },
    shape && icon(shape),
    text,
    key && h("kbd", { class: "rr-key", "aria-hidden": "true" }, key),
  );

export const linkButton = (text, onclick) =>
  h("button", { type: "button", class: "rr-link", onclick }, text);

export const errorBox = (error, ...actions) =>
  h(
    "div",
    { class: "rr-error", role: "alert" },
    icon("failed"),
    h(
      "div",
      { class: "rr-grow" },
      h("p", {}, typeof error === "string" ? error : errorSentence(error)),
      actions.length ? h("div", { class: "rr-row", style: "margin-top:8px" }, actions) : null,
    ),
  );

export const skeleton = (rows = 6) =>
  h(
    "div",
    { class: "rr-skeleton", "aria-hidden": "true" },
    Array.from({ length: rows }, () => h("i")),
  );

export const emptyState = (title, text, ...actions) =>
  h(
    "div",
    { class: "rr-empty" },
    h("h2", {}, title),
    h("p", {}, text),
    h("div", { class: "rr-row" }, actions),
  );
