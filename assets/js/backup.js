// How the backups go: a quiet word in the header, and what stands behind it.
"use strict";
RR.backup = () => {
  const { h } = RR;
  const word = h("span", { class: "rr-cut" });
  const button = h("button", { type: "button", class: "rr-backup", "aria-haspopup": "dialog", hidden: true });
  let told = null, drawn = false;
  const when = () => (told.at ? `Last verified backup ${RR.ago(told.at)}` : told.fault ? "No verified backup yet" : "First backup under way");
  button.addEventListener("click", () => RR.panel("Backups", told.fault ? RR.error(told.fault) : null,
    h("p", {}, `${when()}.`),
    told.at ? h("p", { class: "rr-muted" }, told.waiting ? "Something has changed since and is in none yet." : "Nothing has changed since.") : null,
    told.place || told.at ? h("p", { class: "rr-muted" }, "Database and runs", told.place ? [", at ", h("span", { class: "rr-mono rr-wrap" }, told.place)] : null, ". Each copy was read again and found whole.") : null));
  return { button, show: (now) => {
    told = now;
    button.hidden = !now;
    if (!now) return;
    const bad = !!now.fault;
    word.textContent = bad ? "No backup" : now.at ? `Backed up ${RR.ago(now.at)}` : "First backup";
    button.classList.toggle("bad", bad);
    if (!button.firstChild || drawn !== bad) RR.fill(button, RR.icon(bad ? "warn" : "check"), word);
    drawn = bad;
    button.title = bad ? now.fault : when();
    button.setAttribute("aria-label", bad ? `No backup: ${now.fault}` : when());
  } };
};
