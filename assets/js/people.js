// One's name in the header, and what opens from it: people, invites, keys, password, sign out.
"use strict";
RR.panel = (title, ...content) => {
  const before = document.activeElement;
  const close = RR.button("", () => dialog.close(), { kind: "quiet icon", icon: "cross", label: "Close" });
  const dialog = RR.h("dialog", { class: "rr-room rr-panel", "aria-label": title }, RR.h("div", { class: "rr-panel-head" }, RR.h("h2", { class: "rr-grow" }, title), close), RR.h("div", { class: "rr-panel-body" }, content));
  dialog.addEventListener("close", () => { dialog.remove(); before?.focus?.(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
};
// A poll failed: the server may be away, or the session has ended. Then sign in and come back.
RR.stillHere = async (error) => {
  if (error instanceof RR.Refused) throw error;
  const answer = await fetch("login/check").then((found) => found.json()).catch(() => null);
  if (answer && !answer.signed_in) location.assign(`login?next=${encodeURIComponent(location.pathname + location.search)}`);
  throw error;
};
RR.field = (label, { type = "text", value = "", complete = "off" } = {}) => {
  const input = RR.h("input", { type, value, autocomplete: complete, class: "rr-entry", maxlength: 1000 });
  return { input, row: RR.h("label", { class: "rr-labelled" }, RR.h("span", {}, label), input) };
};
// A form of fields with one button: `act(values)`; a refusal is shown above the button.
RR.form = (fields, word, act) => {
  const fault = RR.h("div", { "aria-live": "polite" });
  const go = RR.h("button", { type: "submit", class: "rr-button primary" }, word);
  return RR.h("form", { class: "rr-form", onsubmit: async (event) => {
    event.preventDefault();
    go.disabled = true;
    try { await act(...fields.map((field) => field.input.value)); RR.fill(fault); } catch (error) { RR.fill(fault, RR.error(error)); }
    go.disabled = false;
  } }, fields.map((field) => field.row), fault, RR.h("div", {}, go));
};
RR.secret = (text, note) => {
  const shown = RR.h("input", { class: "rr-entry rr-mono", readonly: true, value: text, "aria-label": note, onfocus: (event) => event.target.select() });
  const copy = RR.button("Copy", () => { shown.select(); (navigator.clipboard?.writeText(text) || Promise.resolve(document.execCommand("copy"))).then(() => RR.toast("Copied")); });
  return RR.h("div", { class: "rr-secret" }, RR.h("p", { class: "rr-muted" }, note), RR.h("div", { class: "rr-row" }, shown, copy));
};
RR.choice = (label, options, value, onchange) => {
  const input = RR.h("select", { class: "rr-entry", "aria-label": label, onchange: () => onchange?.(input.value) }, options.map(([key, word]) => RR.h("option", { value: key, selected: key === value }, word)));
  return { input, row: RR.h("label", { class: "rr-labelled" }, RR.h("span", {}, label), input) };
};
RR.me = (server) => {
  const { h } = RR;
  const avatar = h("span", { class: "rr-avatar", "aria-hidden": "true" }), name = h("b", { class: "rr-cut" }), role = h("span");
  const button = h("button", { type: "button", class: "rr-me", "aria-haspopup": "menu", "aria-expanded": "false" }, avatar, h("span", { class: "rr-cut" }, name, " ", role));
  let now = null;
  button.addEventListener("click", () => now && RR.menu(button, entries()));
  const entries = () => {
    if (now.way === "local") return [{ text: "Change my name", icon: "edit", act: rename }];
    return [
      ...(now.user.role === "admin" ? [{ text: "People and invites", icon: "people", act: () => RR.people(server, now) }] : []),
      { text: "API keys", icon: "code", act: () => RR.keys(server) },
      ...(now.way === "password" ? [{ text: "Change password", icon: "edit", act: repassword }] : []),
      "-", { text: "Sign out", icon: "arrow", act: () => fetch("logout", { method: "POST" }).finally(() => location.assign("login")) },
    ];
  };
  const rename = () => {
    const field = RR.field("Name", { value: now.user.name === "local user" ? "" : now.user.name, complete: "name" });
    const dialog = RR.panel("Change my name", h("p", { class: "rr-muted" }, "Labels you give from now on are kept under this name. On this machine nobody has to sign in."), RR.form([field], "Use this name", async (told) => {
      document.cookie = `reranker_ui_name=${encodeURIComponent(told.trim())}; path=/; max-age=31536000; samesite=lax`;
      const { user } = await server.overview({});
      if (told.trim() && user.name !== told.trim().replace(/\s+/g, " ")) throw new RR.Refused("A name has 1 to 40 letters, digits, blanks and . @ ' -, and begins with a letter.");
      dialog.close();
      location.reload(); // what is one's own is drawn anew
    }));
    field.input.focus();
  };
  const repassword = () => {
    const present = RR.field("Present password", { type: "password", complete: "current-password" });
    const next = RR.field("New password, at least 10 characters", { type: "password", complete: "new-password" });
    RR.panel("Change password", h("p", { class: "rr-muted" }, "You are signed out everywhere, here too."), RR.form([present, next], "Change password", async (old, fresh) => {
      await server.set_password({ name: now.user.name, password: fresh, present: old });
      location.assign("login");
    }));
    present.input.focus();
  };
  return { button, show: (told) => {
    now = told;
    avatar.textContent = told.user.name.split(" ").map((word) => [...word][0]).join("").slice(0, 2).toUpperCase();
    name.textContent = told.user.name; role.textContent = told.user.role;
    button.setAttribute("aria-label", `${told.user.name}, ${told.user.role}`);
  } };
};
RR.ROLES = [["viewer", "viewer: look and rank"], ["annotator", "annotator: label pairs"], ["admin", "admin: change everything"]];
RR.people = (server, now) => {
  const { h } = RR;
  const list = h("div", {}, RR.skeleton(3)), links = h("div"), made = h("div");
  const draw = async () => {
    const found = await server.people_now();
    RR.fill(list, h("table", { class: "rr-table rr-people four" }, h("thead", {}, h("tr", {}, ["Name", "Role", "Signs in by", ""].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, found.people.map(person))));
    RR.fill(links, found.invites.map((one) => h("div", { class: "rr-row rr-open-invite" }, h("span", { class: "rr-grow" }, `${RR.plural(one.places, "place")} as ${one.role}, open until ${new Date(one.expires_at * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`), RR.link("Withdraw", () => tried(server.withdraw({ id: one.id }))))));
  };
  const fault = h("div", { "aria-live": "polite" });
  const tried = (done) => done.then(() => { RR.fill(fault); return draw(); }).catch((error) => { RR.fill(fault, RR.error(error)); return draw(); });
  const person = (one) => h("tr", {}, h("td", { class: "rr-cut" }, one.name), h("td", {}, RR.choice(`Role of ${one.name}`, RR.ROLES.map(([key]) => [key, key]), one.role, (role) => tried(server.set_role({ name: one.name, role }))).input), h("td", { class: "rr-muted" }, one.how),
    h("td", {}, one.name === now.user.name ? h("span", { class: "rr-faint" }, "you") : RR.button("", (event) => sure(event.currentTarget, one), { kind: "quiet icon", icon: "trash", label: `Remove ${one.name}` })));
  const sure = (button, one) => {
    const word = RR.button("Remove", () => tried(server.remove_user({ name: one.name })), { kind: "danger", title: `${one.name} can sign in no more; the labels stay` });
    button.replaceWith(word);
    word.focus();
    word.addEventListener("blur", () => word.isConnected && word.replaceWith(button));
  };
  const role = RR.choice("May", RR.ROLES.slice(0, 2), "annotator"), places = RR.choice("For", [["1", "one person"], ["5", "5 people"], ["20", "20 people"]], "1");
  const invite = RR.form([role, places], "Make an invite link", async (as, count) => {
    const told = await server.invite({ role: as, places: Number(count) });
    RR.fill(made, RR.secret(new URL(`invite?token=${told.token}`, document.baseURI).href, "Whoever opens this link comes in. It is shown this once and lasts 7 days."));
    await draw();
  });
  const dialog = RR.panel("People and invites", list, fault, h("h3", {}, "Invite"), invite, made, links);
  dialog.classList.add("wide");
  draw().catch((error) => RR.fill(list, RR.error(error)));
};
RR.keys = (server) => {
  const { h } = RR;
  const list = h("div", {}, RR.skeleton(2)), made = h("div");
  const draw = async () => {
    const keys = await server.list_keys();
    RR.fill(list, keys.length ? h("table", { class: "rr-table rr-people" }, h("thead", {}, h("tr", {}, ["Name", "Begins with", "Last used", ""].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, keys.map((key) => h("tr", {}, h("td", { class: "rr-cut" }, key.name), h("td", { class: "rr-mono" }, key.start), h("td", { class: "rr-muted" }, key.used_at ? RR.ago(key.used_at) : "never"),
      h("td", {}, RR.link("End", () => server.end_key({ id: key.id }).then(draw))))))) : h("p", { class: "rr-muted" }, "No keys yet."));
  };
  const name = RR.field("What for");
  RR.panel("API keys", h("p", { class: "rr-muted" }, "A program that sends Authorization: Bearer and a key acts as you, with your role."), list, RR.form([name], "Make a key", async (told) => {
    const key = await server.make_key({ name: told });
    RR.fill(made, RR.secret(key.key, "Copy it now: it is shown this once."));
    name.input.value = "";
    await draw();
  }), made).classList.add("wide");
  draw().catch((error) => RR.fill(list, RR.error(error)));
};
