// Notices above the work: one of a name at a time, calm, and never in the way of the keyboard.
import { icon } from "./app.js";
import { $, make } from "./page.js";

const place = $("[data-notices]");

/** Say something that stays; `urgent` interrupts a screen reader, which little deserves. */
export function notice(name, { tone, strong, text, urgent = false, link, acts = [] }) {
  dismiss(name);
  const box = make("div", { className: "notice" });
  Object.assign(box.dataset, { tone, notice: name });
  box.setAttribute("role", urgent ? "alert" : "status");
  const said = make("p");
  said.append(make("strong", { textContent: strong }), ` ${text} `);
  if (link) said.append(make("a", { href: link.address, textContent: link.text }));
  box.append(icon(urgent ? "alert" : "info"), said);
  if (acts.length) box.append(buttons(name, acts));
  place.append(box);
}

export function dismiss(name) {
  place.querySelector(`[data-notice="${name}"]`)?.remove();
}

function buttons(name, acts) {
  const row = make("div", { className: "row" });
  for (const { text, act } of acts) {
    const button = make("button", { type: "button", className: "btn", textContent: text });
    button.dataset.size = "sm";
    button.addEventListener("click", () => { dismiss(name); act?.(); });
    row.append(button);
  }
  return row;
}
