import { h } from "../lib/dom.js";
import { fieldForm, textField } from "../lib/forms.js";
import { openMenu } from "../lib/menu.js";
import { openPanel } from "../lib/panel.js";
import { Refused } from "../lib/server.js";
import { openKeys } from "./keys.js";
import { openPeople } from "./people.js";

export const accountMenu = (server) => {
  const avatar = h("span", { class: "rr-avatar", "aria-hidden": "true" }),
    name = h("b", { class: "rr-cut" }),
    role = h("span");
  const button = h(
    "button",
    { type: "button", class: "rr-me", "aria-haspopup": "menu", "aria-expanded": "false" },
    avatar,
    h("span", { class: "rr-cut" }, name, " ", role),
  );
  let now = null;
  button.addEventListener("click", () => now && openMenu(button, entries()));
  const entries = () => {
    if (now.way === "local") return [{ text: "Change my name", icon: "edit", act: rename }];
    return [
      ...(now.user.role === "admin"
        ? [{ text: "People and invites", icon: "people", act: () => openPeople(server, now) }]
        : []),
      { text: "API keys", icon: "code", act: () => openKeys(server) },
      ...(now.way === "password"
        ? [{ text: "Change password", icon: "edit", act: repassword }]
        : []),
      "-",
      {
        text: "Sign out",
        icon: "arrow",
        act: () => fetch("logout", { method: "POST" }).finally(() => location.assign("login")),
      },
    ];
  };
  const rename = () => {
    const field = textField("Name", {
      value: now.user.name === "local user" ? "" : now.user.name,
      complete: "name",
    });
    const dialog = openPanel(
      "Change my name",
      h(
        "p",
        { class: "rr-muted" },
        "Labels you give from now on are kept under this name. On this machine nobody has to sign in.",
      ),
      fieldForm([field], "Use this name", async (told) => {
        // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain http
        document.cookie = `reranker_ui_name=${encodeURIComponent(told.trim())}; path=/; max-age=31536000; samesite=lax`;
        const { user } = await server.overview({});
        if (told.trim() && user.name !== told.trim().replace(/\s+/g, " "))
          throw new Refused(
            "A name has 1 to 40 letters, digits, blanks and . @ ' -, and begins with a letter.",
          );
        dialog.close();
        location.reload(); // what is one's own is drawn anew
      }),
    );
    field.input.focus();
  };
  const repassword = () => {
    const present = textField("Current password", {
      type: "password",
      complete: "current-password",
    });
    const next = textField("New password, at least 10 characters", {
      type: "password",
      complete: "new-password",
    });
    openPanel(
      "Change password",
      h("p", { class: "rr-muted" }, "You are signed out everywhere, here too."),
      fieldForm([present, next], "Change password", async (old, fresh) => {
        await server.set_password({ name: now.user.name, password: fresh, present: old });
        location.assign("login");
      }),
    );
    present.input.focus();
  };
  return {
    button,
    show: (told) => {
      now = told;
      avatar.textContent = told.user.name
        .split(" ")
        .map((word) => [...word][0])
        .join("")
        .slice(0, 2)
        .toUpperCase();
      name.textContent = told.user.name;
      role.textContent = told.user.role;
      button.setAttribute("aria-label", `${told.user.name}, ${told.user.role}`);
    },
  };
};
