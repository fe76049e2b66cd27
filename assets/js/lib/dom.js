// Elements of the page. User text is only ever inserted as text, never as HTML.

/**
 * Children as nodes and strings, flat; null, undefined and false are left out.
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  const flat = /** @type {unknown[]} */ (children).flat(Infinity);
  return /** @type {(Node | string)[]} */ (
    flat.filter((child) => child !== null && child !== undefined && child !== false)
  );
}

/**
 * @param {Properties | Child} part
 * @returns {part is Properties}
 */
function isProperties(part) {
  return !!part && Object.getPrototypeOf(part) === Object.prototype;
}

/**
 * @param {HTMLElement} node
 * @param {Properties} properties
 */
function setProperties(node, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = `${node.className} ${value}`.trim();
    else if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Make an element: `h("div.rr-row", { onclick }, "text", [nodes])`.
 *
 * `selector` is a tag with classes. Properties may be left out: attributes, `class` for classes
 * beside those of the selector, and listeners as `onclick`. null, undefined and false set nothing.
 * @template {string} Selector
 * @param {Selector} selector
 * @param {[Properties, ...Child[]] | Child[]} parts
 * @returns {ElementOf<Selector>}
 */
export function h(selector, ...parts) {
  const [tag, ...classes] = selector.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  const [first, ...rest] = parts;
  const hasProperties = isProperties(first);
  if (hasProperties) setProperties(node, first);
  node.append(...present(/** @type {Child[]} */ (hasProperties ? rest : parts)));
  return /** @type {ElementOf<Selector>} */ (node);
}

/**
 * Replace what is in `node`.
 * @template {Element} Node
 * @param {Node} node
 * @param {Child[]} children
 * @returns {Node}
 */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/**
 * Make an element of an SVG image.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}
