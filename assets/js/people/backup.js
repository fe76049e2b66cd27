// The state of the backups, in the header.

import { errorBox } from "../lib/controls.js";
import { openDialog } from "../lib/dialog.js";
import { fill, h } from "../lib/dom.js";
import { formatAgo } from "../lib/format.js";
import { guideLink } from "../lib/guide.js";
import { icon } from "../lib/icons.js";

/** The mark of the backups in the header. */
export function backupMark() {
  const word = h("span.rr-cut");
  const properties = { type: "button", "aria-haspopup": "dialog", hidden: true };
  const button = h("button.rr-backup", properties);
  /** @type {BackupState | null} */
  let backup = null;
  /** @type {boolean | null} */
  let drawn = null;
  button.addEventListener("click", () => backup && openBackups(backup));
  /** @param {BackupState | null} next */
  const show = (next) => {
    backup = next;
    button.hidden = !next;
    if (!next) return;
    const failed = !!next.fault;
    word.textContent = shortState(next);
    button.classList.toggle("bad", failed);
    if (drawn !== failed) fill(button, icon(failed ? "warn" : "check"), word);
    drawn = failed;
    button.title = next.fault || state(next);
    button.setAttribute("aria-label", next.fault ? `No backup: ${next.fault}` : state(next));
  };
  return { button, show };
}

/** @param {BackupState} backup */
function shortState(backup) {
  if (backup.fault) return "No backup";
  return backup.at ? `Backed up ${formatAgo(backup.at)}` : "First backup";
}

/** @param {BackupState} backup */
function state(backup) {
  if (backup.at) return `Last verified backup ${formatAgo(backup.at)}`;
  return backup.fault ? "No verified backup yet" : "The first backup is running";
}

/** @param {BackupState} backup */
function openBackups(backup) {
  const changes = backup.waiting ? "Changes not backed up yet." : "No changes since.";
  const at = backup.place && [", at ", h("span.rr-mono.rr-wrap", backup.place)];
  openDialog(
    "Backups",
    "",
    backup.fault ? errorBox(backup.fault) : null,
    h("p", `${state(backup)}.`),
    backup.at ? h("p.rr-muted", changes) : null,
    at || backup.at
      ? h("p.rr-muted", "Database and runs", at, ". Each copy is read back and verified.")
      : null,
    h("p.rr-faint", guideLink("operations", "Backups and restoring")),
  );
}
