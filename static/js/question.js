// One question on the page: what is asked, and the slit it is asked about.
import { $, count, make } from "./page.js";
import { drawKinds, keyed } from "./kinds.js";

const slit = $("[data-slit]");
const SENSITIVITIES = ["Public", "Internal", "Personal", "Special"];

/** Whether the class of a document is asked, and no value. */
export const asksClass = (q) => Boolean(q?.choices.length);

/** A value is typed, a class is chosen: show what belongs to the question, and only that. */
export function turn(q, keys) {
  const ofClass = asksClass(q);
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = (part.dataset.for === "class") !== ofClass;
  slit.toggleAttribute("data-tall", ofClass);
  $("[data-name]").textContent = q.name;
  $("[data-kind-label]").textContent = q.label;
  const sens = $("[data-sens] .sens");
  sens.dataset.level = q.sens;
  sens.textContent = SENSITIVITIES[q.sens];
  $("[data-missing]").hidden = q.reason !== "missing";
  $("[data-second]").hidden = !q.blind && !q.differ.length;
  $("[data-second-label]").textContent = q.blind ? "Second reading: type what you see" : "Two readers differ: ↓ shows their answers";
  $("[data-warnings]").textContent = q.warnings.join(" ");
  $("[data-share]").textContent = q.picture ? `${q.share} % of the page shown` : "No slit";
  $("[data-accept-label]").textContent = q.value ? "Accept" : "Submit";
  $("[data-unreadable-label]").textContent = ofClass ? "Can't tell" : "Can't read";
  $("#unreadable-t").textContent = ofClass ? "Why can't it be told?" : "Why can't it be read?";
  q.choices = keyed(q.choices, keys.taken());
  drawKinds($("[data-kinds]"), q.choices);
}

/** Put the decoded picture itself in place, so that it is neither fetched nor decoded again. */
export function place(q, pictures, unseen) {
  const shown = $("[data-img]");
  shown.leave?.(); // what was more than a slit says how long it stood there
  const next = q.picture ? pictures.take(q.id) : make("p", { className: "muted", textContent: "There is no place on the page to show for this field." });
  if (q.picture) Object.assign(next, { width: q.w, height: q.h, alt: alternative(q), onerror: unseen });
  next.dataset.img = "";
  next.classList.add("pulse");
  if (next !== shown) shown.replaceWith(next);
  delete slit.dataset.wide;
}

function alternative(q) {
  if (asksClass(q)) return "Slit of the document's header; its body is closed";
  const hard = q.doubts.length ? `, ${count(q.doubts.length, "character")} hard to read` : "";
  return `Slit from the document showing one ${q.name.toLowerCase()}${hard}`;
}
