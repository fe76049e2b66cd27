// Keeps the focus while the preview of an import is drawn again.

const CONTROLS = "input,select,textarea,button,summary";
const START = ".rr-strip > b, #rr-file"; // the name of the file that was read, or the field for files

/** Keeps the focus on a field that is drawn again, or moves it to the start of what replaces it. */
export class KeptFocus {
  /** @param {HTMLElement} node what is drawn again */
  constructor(node) {
    this.node = node;
    this.name = "";
  }

  /** Before the controls go. */
  remember() {
    const control = document.activeElement;
    if (control && this.node.contains(control)) this.name = nameOf(control);
  }

  /** Once they are back, unless the focus is somewhere else by now. */
  restore() {
    const { name } = this;
    const free = !document.activeElement || document.activeElement === document.body;
    this.name = "";
    if (!name || !free) return;
    const controls = [...this.node.querySelectorAll(CONTROLS)];
    const same = controls.find((control) => nameOf(control) === name);
    const target = same ?? this.node.querySelector(START);
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  }
}

/** @param {Element} control */
function nameOf(control) {
  const label = control.getAttribute("aria-label") || control.id;
  const text = control.closest("label,button,summary")?.textContent;
  return `${control.tagName} ${label || text || ""}`;
}
