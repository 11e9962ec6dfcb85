// Dates as they are printed, in the languages of the house: 25/12/2018 · 2018-03-18 · 7. Mai 2014.
import { words } from "./page.js";

const PIVOT = 70; // two-digit years below are 20.., the others 19..
const SMALL = new Set(["de", "del", "of", "st", "nd", "rd", "th", "er"]);

/** Letters and digits without case and accents, as the lexicon has its words. */
export const squeezed = (text) => text.toLowerCase().normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "");

function day(year, month, date) {
  const y = Number(year) + (year.length === 2 ? (Number(year) < PIVOT ? 2000 : 1900) : 0);
  const t = new Date(Date.UTC(y, month - 1, date));
  return t.getUTCMonth() === month - 1 && t.getUTCDate() === Number(date) ? t : null;
}

/** The day a text means: a date, null where there is no such day, undefined where only the server can tell. */
export function dayOf(raw, monthFirst) {
  const text = raw.trim();
  const iso = text.match(/^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/);
  if (iso) return day(iso[1], iso[3], iso[4]);
  const numeric = text.match(/^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/);
  if (numeric) {
    const [, a, sign, b, year] = numeric;
    const [date, month] = monthFirst && sign !== "." ? [b, a] : [a, b];
    return day(year, month, date) ?? day(year, date, month);
  }
  return named(text);
}

function named(text) {
  const parts = text.match(/\p{N}+|[\p{L}\p{M}]+/gu) ?? [];
  const letters = parts.filter((part) => /^\D/.test(part)).map(squeezed).filter((word) => !SMALL.has(word));
  const numbers = parts.filter((part) => /^\d/.test(part));
  const month = letters.length === 1 && words.months[letters[0]];
  if (!month || numbers.length !== 2) return undefined;
  const [date, year] = numbers[0].length === 4 ? [numbers[1], numbers[0]] : numbers;
  return /^(\d{4}|\d{2})$/.test(year) && date.length < 3 ? day(year, month, date) : undefined;
}
