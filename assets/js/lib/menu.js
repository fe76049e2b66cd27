import { h } from "./dom.js";
import { icon } from "./icons.js";

export const openMenu = (anchor, entries) => {
  document.querySelector(".rr-menu")?.remove();
  const close = () => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.setAttribute("aria-expanded", "false");
  };
  const outside = (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close();
  };
  const menu = h(
    "div",
    { class: "rr-menu rr-room", role: "menu" },
    entries.map((entry) =>
      entry === "-"
        ? h("hr")
        : h(
            "button",
            {
              type: "button",
              role: "menuitem",
              class: entry.danger ? "danger" : "",
              onclick: () => {
                close();
                anchor.focus();
                entry.act();
              },
            },
            entry.icon && icon(entry.icon),
            h("span", { class: "rr-grow rr-cut" }, entry.text),
            entry.more && h("span", { class: "rr-faint" }, entry.more),
          ),
    ),
  );
  menu.addEventListener("keydown", (event) => {
    const buttons = [...menu.querySelectorAll("button")],
      at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      anchor.focus();
    } else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length]?.focus();
    else if (event.key === "Tab") {
      anchor.focus();
      close();
      return;
    } // and on from there
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  menu.style.top = `${Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8) + window.scrollY}px`;
  menu.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - menu.offsetWidth - 8)) + window.scrollX}px`;
  anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button")?.focus();
};
