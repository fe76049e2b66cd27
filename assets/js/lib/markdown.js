// Markdown that the server has parsed.

import { h } from "./dom.js";

/**
 * Nodes from the server's tree of allowed tags.
 * @param {MarkdownTree} tree
 * @returns {Node[]}
 */
export function markdownNodes(tree) {
  return tree.map((part) => {
    if (typeof part === "string") return document.createTextNode(part);
    const [tag, attributes, children] = part;
    const safe = tag === "a" && /^https?:/.test(attributes.href || "");
    const link = { href: attributes.href, target: "_blank", rel: "noopener noreferrer" };
    return h(tag, safe ? link : {}, markdownNodes(children));
  });
}
