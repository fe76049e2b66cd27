// Let the browser keep a text as a file.

import { h } from "./dom.js";

export const saveText = (name, text, type) => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h("a", { download: name, href: address }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
};

// Download what the server has at an address.
export const download = (href) => h("a", { download: "", href }).click();
