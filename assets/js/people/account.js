// The user's name in the header, and the menu under it.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { initials } from "../lib/format.js";
import { fieldForm, textField } from "../lib/forms.js";
import { later } from "../lib/later.js";
import { withMenu } from "../lib/menu.js";
import { Refused } from "../lib/server.js";

const openDemo = later(async () => (await import("./demo.js")).openDemo);
const openKeys = later(async () => (await import("./keys.js")).openKeys);
const openPeople = later(async () => (await import("./people.js")).openPeople);
const NAME_RULE =
  "A name has 1 to 40 letters, digits, spaces and . @ ' -, and starts with a letter.";

/** @typedef {import("../lib/menu.js").MenuEntries} MenuEntries */

/** @type {import("../lib/menu.js").MenuEntry} */
const GUIDE = {
  text: "Guide",
  icon: "info",
  act: () => window.open("guide", "_blank", "noopener"),
};

/**
 * The user's name in the header, with its menu.
 * @param {HeaderServer} server
 */
export function accountMenu(server) {
  const avatar = h("span.rr-avatar", { "aria-hidden": "true" });
  const [name, role] = [h("b.rr-cut"), h("span")];
  const properties = {
    type: "button",
    disabled: true, // until its entries have come
  };
  const button = h("button.rr-me", properties, avatar, h("span.rr-cut", name, " ", role));
  /** @type {MenuEntries} */
  let shown = [];
  withMenu(button, () => shown);
  /** @param {Overview} overview */
  const show = (overview) => {
    shown = entries(server, overview);
    button.disabled = false;
    const user = overview.user;
    avatar.textContent = initials(user.name);
    name.textContent = user.name;
    role.textContent = user.role;
    button.title = `${user.name} ${user.role}`; // its name where a small window hides the text
  };
  return { button, show };
}

/**
 * @param {HeaderServer} server
 * @param {Overview} overview
 * @returns {MenuEntries}
 */
function entries(server, { mode, user }) {
  if (mode === "local") {
    const rename = () => openRename(server, user.name);
    return [{ text: "Change my name", icon: "edit", act: rename }, demoEntry(server), GUIDE];
  }
  const openPassword = () => openPasswordChange(server, user.name);
  return [
    user.role === "admin" && {
      text: "People and invites",
      icon: "people",
      act: () => openPeople(server, user.name),
    },
    user.role === "admin" && demoEntry(server),
    { text: "API keys", icon: "code", act: () => openKeys(server) },
    mode === "password" && { text: "Change password", icon: "edit", act: openPassword },
    GUIDE,
    "-",
    { text: "Sign out", icon: "arrow", act: signOut },
  ];
}

/** @param {HeaderServer} server */
function demoEntry(server) {
  return { text: "Demo", icon: /** @type {const} */ ("link"), act: () => openDemo(server) };
}

function signOut() {
  return fetch("logout", { method: "POST" }).finally(() => location.assign("login"));
}

/**
 * @param {HeaderServer} server
 * @param {string} before
 */
function openRename(server, before) {
  const value = before === "local user" ? "" : before;
  const field = textField("Name", { value, complete: "name" });
  const text =
    "Labels you give from now on are saved under this name. No sign-in is needed on this computer.";
  const form = fieldForm([field], "Use this name", async (typed) => {
    const name = typed.trim();
    const lasting = "path=/; max-age=31536000; samesite=lax";
    // biome-ignore lint/suspicious/noDocumentCookie: plain http has no Cookie Store API
    document.cookie = `reranker_ui_name=${encodeURIComponent(name)}; ${lasting}`;
    const { user } = await server.overview({});
    if (name && user.name !== name.replace(/\s+/g, " ")) throw new Refused(NAME_RULE);
    dialog.close();
    location.reload(); // what belongs to the user is loaded again
  });
  const dialog = openDialog("Change my name", "", h("p.rr-muted", text), form);
  field.input.focus();
}

/**
 * @param {HeaderServer} server
 * @param {string} name
 */
function openPasswordChange(server, name) {
  const current = textField("Current password", { type: "password", complete: "current-password" });
  const next = textField("New password, at least 10 characters", {
    type: "password",
    complete: "new-password",
  });
  const keys = h("input", { type: "checkbox" });
  const also = { input: keys, row: h("label.rr-check", keys, "Revoke my API keys too") };
  const form = fieldForm([current, next, also], "Change password", async (present, password) => {
    await server.set_password({ name, password, present, end_keys: keys.checked });
    location.assign("login");
  });
  const text = "This signs you out everywhere. API keys keep working unless you revoke them.";
  openDialog("Change password", "", h("p.rr-muted", text), form);
  current.input.focus();
}
