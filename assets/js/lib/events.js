// Events between the parts of the page.

/** @type {Record<string, ((value: any) => unknown)[]>} */
const listeners = {};

/**
 * @template {keyof PageEvents} Name
 * @param {Name} name
 * @param {(value: PageEvents[Name]) => unknown} act
 */
export function listen(name, act) {
  listeners[name] ||= [];
  listeners[name].push(act);
}

/**
 * @template {keyof PageEvents} Name
 * @param {Name} name
 * @param {PageEvents[Name]} [value]
 */
export function emit(name, value) {
  for (const act of listeners[name] || []) act(value);
}
