// Events between the parts of the page.

/** @type {Record<string, ((value: any) => unknown)[]>} */
const listeners = {};

/**
 * Call `act` with each event of this name.
 * @template {keyof PageEvents} Name
 * @param {Name} name
 * @param {(value: PageEvents[Name]) => unknown} act
 */
export function listen(name, act) {
  listeners[name] ||= [];
  listeners[name].push(act);
}

/**
 * Call everyone who listens to an event.
 * @template {keyof PageEvents} Name
 * @param {Name} name
 * @param {PageEvents[Name]} [value]
 */
export function emit(name, value) {
  for (const act of listeners[name] || []) act(value);
}
