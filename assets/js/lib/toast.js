import { h } from "./dom.js";

export const toast = (text, undo) => {
  document.querySelector(".rr-toast")?.remove();
  const toast = h("div", { class: "rr-toast rr-room", role: "status" }, h("span", {}, text));
  if (undo)
    toast.append(
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            toast.remove();
            undo();
          },
        },
        "Undo",
      ),
    );
  let timer = setTimeout(() => toast.remove(), 8000);
  const hold = () => clearTimeout(timer),
    free = () => {
      timer = setTimeout(() => toast.remove(), 3000);
    };
  toast.addEventListener("mouseenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", free);
  toast.addEventListener("focusout", free);
  document.body.append(toast);
};
