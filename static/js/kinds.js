// Choices of a class: a button each, with its key.

/** Draw the choices in place of those of the slit before. */
export function drawKinds(group, choices) {
  group.replaceChildren(...choices.map(button));
}

/** The choice that a key stands for, if there is one. */
export const kindOf = (choices, key) => choices.find((choice) => choice.key && choice.key === key.toLowerCase());

function button(choice) {
  const made = Object.assign(document.createElement("button"), { className: "btn", value: choice.value, name: "doctype" });
  made.dataset.kindOf = "";
  if (choice.key) made.append(Object.assign(document.createElement("kbd"), { textContent: choice.key.toUpperCase() }));
  made.append(Object.assign(document.createElement("span"), { className: "grow", textContent: choice.title }));
  return made;
}
