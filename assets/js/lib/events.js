// Events between the parts of the page.

const listeners = {};

export const listen = (name, act) => {
  listeners[name] ||= [];
  listeners[name].push(act);
};

export const emit = (name, value) => (listeners[name] || []).forEach((act) => act(value));
