// What opens over the stream: guidelines and the list of keys.
// Nodes from the server's tree of allowed tags: a string, or [tag, attributes, children].

import { h } from "./dom.js";

export const markdownNodes = (tree) =>
  tree.map((part) => {
    if (typeof part === "string") return document.createTextNode(part);
    const [tag, attributes, children] = part;
    const link =
      tag === "a" && /^https?:/.test(attributes.href || "")
        ? { href: attributes.href, target: "_blank", rel: "noopener noreferrer" }
        : {};
    return h(tag, link, markdownNodes(children));
  });
