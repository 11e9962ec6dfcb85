// What the server put on the page for its module, and where it is to be asked.
const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

export const $ = (selector) => document.querySelector(selector);
export const items = read("items") ?? [];
export const addresses = read("addresses") ?? {};
export const words = read("words"); // months, currencies, lengths: what `validators.js` advises by

/** Where something is done to one task; the server wrote a placeholder for its id. */
export const at = (name, id) => addresses[name].replace(addresses.task, id);

/** An element with some properties, text among them. */
export const make = (name, properties) => Object.assign(document.createElement(name), properties);

/** "1 slit", "2 slits". */
export const count = (number, one) => `${number} ${one}${number === 1 ? "" : "s"}`;
