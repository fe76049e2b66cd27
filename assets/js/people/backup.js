// How the backups go: a quiet word in the header, and what stands behind it.

import { errorBox } from "../lib/controls.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { openPanel } from "../lib/panel.js";

export const backupMark = () => {
  const word = h("span", { class: "rr-cut" });
  const button = h("button", {
    type: "button",
    class: "rr-backup",
    "aria-haspopup": "dialog",
    hidden: true,
  });
  let told = null,
    drawn = false;
  const when = () =>
    told.at
      ? `Last verified backup ${formatAgo(told.at)}`
      : told.fault
        ? "No verified backup yet"
        : "First backup under way";
  button.addEventListener("click", () =>
    openPanel(
      "Backups",
      told.fault ? errorBox(told.fault) : null,
      h("p", {}, `${when()}.`),
      told.at
        ? h(
            "p",
            { class: "rr-muted" },
            told.waiting
              ? "Changes since then are not backed up yet."
              : "Nothing has changed since.",
          )
        : null,
      told.place || told.at
        ? h(
            "p",
            { class: "rr-muted" },
            "Database and runs",
            told.place ? [", at ", h("span", { class: "rr-mono rr-wrap" }, told.place)] : null,
            ". Each copy was read again and found whole.",
          )
        : null,
    ),
  );
  return {
    button,
    show: (now) => {
      told = now;
      button.hidden = !now;
      if (!now) return;
      const bad = !!now.fault;
      word.textContent = bad
        ? "No backup"
        : now.at
          ? `Backed up ${formatAgo(now.at)}`
          : "First backup";
      button.classList.toggle("bad", bad);
      if (!button.firstChild || drawn !== bad) fill(button, icon(bad ? "warn" : "check"), word);
      drawn = bad;
      button.title = bad ? now.fault : when();
      button.setAttribute("aria-label", bad ? `No backup: ${now.fault}` : when());
    },
  };
};
