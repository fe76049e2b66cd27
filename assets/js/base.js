// The small library that every screen shares. User text only ever goes through textContent.
"use strict";
window.RR = { rooms: {} };

// -- elements
RR.h = (tag, props = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "style") node.style.cssText = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};
RR.fill = (node, ...children) => { node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)); return node; };

const PATHS = {
  check: "m3 8.5 3.2 3L13 4.5", cross: "M4 4l8 8M12 4l-8 8", down: "m4 6 4 4 4-4", up: "m4 10 4-4 4 4", left: "m10 4-4 4 4 4", right: "m6 4 4 4-4 4",
  arrow: "M3 8h10M9 4l4 4-4 4", search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14", plus: "M8 3v10M3 8h10", more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.5l2 1", finished: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm-2.7-6 1.9 1.9 3.5-3.7",
  stopped: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6 6h4v4H6Z", failed: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6 6l4 4m0-4-4 4", lost: "M8 5v3.5M8 11h.01M5 2.8A6 6 0 0 0 3 4.700M2 7.500A6 6 0 0 0 2.600 10.600M5 13.200A6 6 0 0 0 8 14M11 13.200a6 6 0 0 0 2.400-2.600M14 8a6 6 0 0 0-.8-3M10.500 2.600A6 6 0 0 0 8 2",
  octagon: "M5.500 2h5L14 5.500v5L10.500 14h-5L2 10.500v-5ZM8 5v3.500M8 11h.01", warn: "M8 2.500 14 13H2ZM8 6.500v3M8 11.300h.01", info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.500v3.500M8 5h.01", upload: "M8 10V3M5 6l3-3 3 3M2.500 10.500V13h11v-2.500",
  download: "M8 3v7M5 7l3 3 3-3M2.500 10.500V13h11v-2.500", file: "M4 2h5l3 3v9H4ZM9 2v3h3", trash: "M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500 5 13.500h6l.5-9M7 7v4M9 7v4",
  undo: "M6 3.500 3 6.500l3 3M3 6.500h6.500a3.500 3.500 0 0 1 0 7H7", skip: "M4 3.500v9l6-4.500ZM12 3.500v9", note: "M3 3h10v7l-3 3H3ZM13 10h-3v3M5.500 6h5M5.500 8.500h3", theme: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12",
  code: "m5.500 5-3 3 3 3M10.500 5l3 3-3 3", link: "M6.500 9.500a2.500 2.500 0 0 0 3.600 0l2.400-2.400a2.500 2.500 0 0 0-3.600-3.600l-.9.9M9.500 6.500a2.500 2.500 0 0 0-3.600 0L3.500 8.900a2.500 2.500 0 0 0 3.600 3.600l.9-.9",
  offline: "M2 2l12 12M4.500 8A5 5 0 0 1 6 7M2 5.700A9 9 0 0 1 4 4.400M6.300 10.200a2.500 2.500 0 0 1 3.400 0M8 12.500h.01M7 3.500a9 9 0 0 1 7 2.200", disputed: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z", edit: "M3 13l.7-3L11 2.700l2.300 2.300L6 12.300Z", people: "M6 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM1.500 13.500c0-2.500 2-4 4.500-4s4.500 1.500 4.500 4M11 8a2 2 0 1 0-.7-3.900M12 9.700c1.500.4 2.500 1.700 2.500 3.800",
};
RR.icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16"); svg.setAttribute("class", "rr-icon"); svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name] || PATHS.info);
  svg.append(path);
  return svg;
};
RR.button = (text, onclick, { kind = "", icon, key, label, title, disabled } = {}) =>
  RR.h("button", { type: "button", class: `rr-button ${kind}`, onclick, "aria-label": label, title: title || label, disabled, "aria-keyshortcuts": key },
    icon && RR.icon(icon), text, key && RR.h("kbd", { class: "rr-key", "aria-hidden": "true" }, key));
RR.link = (text, onclick) => RR.h("button", { type: "button", class: "rr-link", onclick }, text);

// -- labels: `label` is null, "disputed" or a number; `scale` is {kind, max}
RR.chip = (label, scale = { kind: "binary", max: 1 }) => {
  if (label === null || label === undefined) return RR.h("span", { class: "rr-chip none" }, "none");
  if (label === "disputed") return RR.h("span", { class: "rr-chip disputed" }, RR.h("i"), "disputed");
  if (scale.kind === "graded" && scale.max > 1) {
    const level = label <= 0 ? 0 : Math.max(1, Math.min(3, Math.round((3 * label) / scale.max)));
    const pips = RR.h("span", { class: "rr-pips", "aria-hidden": "true" }, [1, 2, 3].map((n) => RR.h("b", { class: n <= level ? "on" : "" })));
    return RR.h("span", { class: `rr-chip grade${level}` }, String(label), pips);
  }
  return RR.h("span", { class: `rr-chip ${label > 0 ? "pos" : ""}` }, RR.h("i"), scale.kind === "score" ? Number(label).toFixed(2) : String(label));
};
// The answers a person can give on a scale: [{value, key, word}]
RR.answers = (scale) => {
  if (scale.kind === "score") return [0, 0.25, 0.5, 0.75, 1].map((value, key) => ({ value: value * scale.max, key: String(key), word: String(value * scale.max) }));
  if (scale.kind === "graded") return Array.from({ length: Math.min(10, scale.max + 1) }, (_, value) => ({ value, key: String(value), word: `Grade ${value}` }));
  return [{ value: 0, key: "0", word: "Not relevant" }, { value: 1, key: "1", word: "Relevant" }];
};

// -- words and numbers
RR.int = (n) => (n === null || n === undefined ? "–" : Math.round(n).toLocaleString("en-US"));
RR.metric = (n) => (n === null || n === undefined ? "–" : n.toFixed(3));
RR.percent = (part, whole, digits = 1) => (whole ? `${((100 * part) / whole).toFixed(digits)} %` : "–");
RR.plural = (n, one, many) => `${RR.int(n)} ${n === 1 ? one : many || `${one}s`}`;
RR.delta = (n) => {
  if (n === null || n === undefined) return RR.h("span", { class: "rr-muted" }, "–");
  const word = `${n < 0 ? "−" : "+"}${Math.abs(n).toFixed(3)}`;
  return RR.h("span", { class: n < -0.0005 ? "rr-loss" : n > 0.0005 ? "rr-gain" : "rr-muted" }, word);
};
RR.clock = (seconds) => {
  if (seconds === null || seconds === undefined) return "–";
  const s = Math.max(0, Math.round(seconds)), pad = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}` : `${Math.floor(s / 60)}:${pad(s % 60)}`;
};
RR.ago = (time) => {
  const s = Date.now() / 1000 - time;
  if (s < 5) return "now";
  if (s < 60) return `${Math.round(s)} s ago`;
  if (s < 3600) return `${Math.round(s / 60)} min ago`;
  if (s < 86400) return `${Math.round(s / 3600)} h ago`;
  if (s < 172800) return "yesterday";
  return new Date(time * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
};
RR.id = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// -- what the server says. A refusal is a sentence for people; anything else is a fault.
RR.Refused = class extends Error {};
RR.server = (server) => new Proxy({}, { get: (_, name) => async (payload = {}) => {
  const answer = await server[name](payload);
  if (answer && "ok" in answer) return answer.ok;
  const refused = new RR.Refused((answer && answer.refused) || "The server could not answer. Try again.");
  refused.fault = !answer?.refused || !!answer.fault; // a fault may pass; a refusal stays one
  throw refused;
} });
RR.sentence = (error) => (error instanceof RR.Refused ? error.message : "The server cannot be reached. Check the connection, then try again.");
RR.error = (error, ...actions) => RR.h("div", { class: "rr-error", role: "alert" }, RR.icon("failed"),
  RR.h("div", { class: "rr-grow" }, RR.h("p", {}, typeof error === "string" ? error : RR.sentence(error)), actions.length ? RR.h("div", { class: "rr-row", style: "margin-top:8px" }, actions) : null));
RR.skeleton = (rows = 6) => RR.h("div", { class: "rr-skeleton", "aria-hidden": "true" }, Array.from({ length: rows }, () => RR.h("i")));
RR.empty = (title, text, ...actions) => RR.h("div", { class: "rr-empty" }, RR.h("h2", {}, title), RR.h("p", {}, text), RR.h("div", { class: "rr-row" }, actions));

// -- toast and menu: one at a time
RR.toast = (text, undo) => {
  document.querySelector(".rr-toast")?.remove();
  const toast = RR.h("div", { class: "rr-toast rr-room", role: "status" }, RR.h("span", {}, text));
  if (undo) toast.append(RR.h("button", { type: "button", onclick: () => { toast.remove(); undo(); } }, "Undo"));
  let timer = setTimeout(() => toast.remove(), 8000);
  const hold = () => clearTimeout(timer), free = () => { timer = setTimeout(() => toast.remove(), 3000); };
  toast.addEventListener("mouseenter", hold); toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", free); toast.addEventListener("focusout", free);
  document.body.append(toast);
};
RR.menu = (anchor, entries) => {
  document.querySelector(".rr-menu")?.remove();
  const close = () => { menu.remove(); document.removeEventListener("pointerdown", outside, true); anchor.setAttribute("aria-expanded", "false"); };
  const outside = (event) => { if (!menu.contains(event.target) && !anchor.contains(event.target)) close(); };
  const menu = RR.h("div", { class: "rr-menu rr-room", role: "menu" }, entries.map((entry) => entry === "-" ? RR.h("hr")
    : RR.h("button", { type: "button", role: "menuitem", class: entry.danger ? "danger" : "", onclick: () => { close(); anchor.focus(); entry.act(); } }, entry.icon && RR.icon(entry.icon), RR.h("span", { class: "rr-grow rr-cut" }, entry.text), entry.more && RR.h("span", { class: "rr-faint" }, entry.more))));
  menu.addEventListener("keydown", (event) => {
    const buttons = [...menu.querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") { close(); anchor.focus(); }
    else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length]?.focus();
    else if (event.key === "Tab") { anchor.focus(); close(); return; } // and on from there
    else return;
    event.preventDefault(); event.stopPropagation();
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  menu.style.top = `${Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8) + window.scrollY}px`;
  menu.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - menu.offsetWidth - 8)) + window.scrollX}px`;
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button")?.focus();
};

// -- what is in hand: kept in the address, so that every view can be linked
RR.state = Object.fromEntries(new URLSearchParams(location.search));
RR.listeners = {};
RR.on = (name, act) => { (RR.listeners[name] ||= []).push(act); };
RR.say = (name, value) => (RR.listeners[name] || []).forEach((act) => act(value));
RR.PLACES = ["tab", "open", "view", "run"]; // the browser's Back leads from one to the one before
RR.set = (changes, { back = true } = {}) => {
  const url = new URL(location.href), changed = [];
  for (const [key, value] of Object.entries(changes)) {
    if ((RR.state[key] ?? null) === (value ?? null)) continue;
    if (value === null || value === undefined || value === "") { delete RR.state[key]; url.searchParams.delete(key); }
    else { RR.state[key] = String(value); url.searchParams.set(key, value); }
    changed.push(key);
  }
  history[back && changed.some((key) => RR.PLACES.includes(key)) ? "pushState" : "replaceState"](null, "", url);
  changed.forEach((key) => RR.say(key, RR.state[key]));
};
window.addEventListener("popstate", () => {
  const before = RR.state, now = { tab: "data", ...Object.fromEntries(new URLSearchParams(location.search)) };
  RR.state = now;
  if (before.tab !== now.tab) RR.tabButton(now.tab)?.click();
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) if (before[key] !== now[key]) RR.say(key, now[key]);
});
RR.TABS = ["data", "annotate", "train", "playground"];
RR.tabButton = (tab) => document.getElementById(`rr-tab-${tab}-button`);
RR.go = (tab, changes = {}) => { RR.set({ ...changes, tab }); RR.tabButton(tab)?.click(); window.scrollTo(0, 0); };
RR.visible = (element) => element.isConnected && element.offsetParent !== null && document.visibilityState === "visible";
RR.typing = (event) => event.ctrlKey || event.metaKey || event.altKey || !!event.target.closest?.("input,textarea,select,[contenteditable=true]");
// Poll `act` every `seconds` (null: as often as the server asks for) while `element` is to be seen; slower after failures.
RR.every = 2; // seconds between two looks at what goes on; more where many pages look
RR.poll = (element, seconds, act) => {
  let failures = 0;
  const turn = async () => {
    if (!element.isConnected) return;
    if (RR.visible(element)) { try { await act(); failures = 0; } catch { failures += 1; } }
    setTimeout(turn, Math.min((seconds ?? RR.every) * 1000 * 2 ** failures, 15000));
  };
  turn();
};

// -- rooms: one per gr.HTML; `context` is {element, trigger, props, server, upload, watch}
RR.mount = (name, context) => {
  const room = context.element.querySelector(".rr-room");
  RR.rooms[name]({ ...context, room, server: context.server ? RR.server(context.server) : null });
};
