// Use this model: code to copy, the download, ONNX files with their parity report.

import { h } from "./dom.js";
import { toast } from "./toast.js";

export const copyText = async (text, said) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", { class: "rr-sr" });
    field.value = text;
    (document.querySelector("dialog[open]") || document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast(said);
};
