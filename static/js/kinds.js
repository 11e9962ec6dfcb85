// Choices of a class: a button each, with its key.
import { make } from "./page.js";

const KEYS = [..."123456789abcdefghijklmnopqrstuvwxyz"];
const NONE = "0"; // of "none of these"

/** The choices with keys that mean nothing else to this person. */
export function keyed(choices, taken) {
  const free = KEYS.filter((key) => !taken.includes(key));
  return choices.map((choice, i) => ({ ...choice, key: choice.key === NONE ? NONE : (free[i] ?? "") }));
}

/** Draw the choices in place of those of the slit before. */
export function drawKinds(group, choices) {
  group.replaceChildren(...choices.map(button));
}

/** The choice that a key stands for, if there is one. */
export const kindOf = (choices, key) => choices.find((choice) => choice.key && choice.key === key.toLowerCase());

function button(choice) {
  const made = make("button", { className: "btn", value: choice.value, name: "doctype" });
  made.dataset.kindOf = "";
  if (choice.key) made.append(make("kbd", { textContent: choice.key.toUpperCase() }));
  made.append(make("span", { className: "grow", textContent: choice.title }));
  return made;
}
