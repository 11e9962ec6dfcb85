// What a screen reader hears: one polite region, a sentence a slit, codes spelled out. Nothing else
// on the page speaks by itself, so that it stays bearable at fifteen hundred slits an hour.
import { $, count } from "./page.js";

const NAMES = { 0: "zero", O: "letter O", o: "small o", I: "letter I", l: "small L", "|": "bar", ".": "point", ",": "comma", "-": "dash", "/": "slash", ":": "colon", "<": "filler", "'": "apostrophe" };
const PROSE = new Set(["text", "name", "address"]); // read as words
const QUIET = 700; // ms without a key before what was typed is told

/** One character by its name, where it could be taken for another. */
export const named = (sign) => NAMES[sign] ?? sign;

/** A value as it is heard: words as words, codes sign by sign with a stop between groups. */
export function spelled(value, kind) {
  if (PROSE.has(kind)) return value;
  return value.trim().split(/\s+/).map((group) => [...group].map(named).join(" ")).join(", ");
}

/** A slit in a sentence or two. */
export function described(q, value, doubts, verdict) {
  const reading = value ? spelled(value, q.kind) : q.blind ? "Second reading. Type what you see" : "No suggestion";
  const doubtful = doubts.map((d) => `character ${d + 1}, ${named(value[d])}`).join("; ");
  const others = q.alts.length && value === q.value ? count(q.alts.length, "other reading") : "";
  return [q.name, reading, doubtful && `Doubtful: ${doubtful}`, ...q.warnings, verdict, others].filter(Boolean).map((part) => part.replace(/[.?]?$/, ".")).join(" ");
}

let timer;

/** Tell now; the same words twice are told twice. */
export function speak(text) {
  clearTimeout(timer);
  const region = $("[data-spoken]");
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** Tell once the person stopped typing. */
export function speakSoon(text) {
  clearTimeout(timer);
  timer = setTimeout(() => speak(text), QUIET);
}
