// Live checks. They advise; the server repeats every one and decides. What this page cannot tell it
// leaves to Enter, and says so.
import { luhn, mod97, vatDigits, zoneFails } from "./checksums.js";
import { dayOf } from "./dates.js";
import { words } from "./page.js";

const ok = (text) => ({ tone: "ok", text }); // a check digit agrees
const fits = (text) => ({ tone: "ok", weak: true, text }); // well formed, which proves nothing: never shown in green
const unknown = (text = "Checked when you press Enter") => ({ tone: "idle", weak: true, text });
const warn = (text) => ({ tone: "warn", text });
const bad = (text) => ({ tone: "bad", text });
const compact = (raw) => raw.replace(/\s+/g, "").toUpperCase();

const SHAPE = { 9: "\\d", A: "[A-Z]", "*": "[A-Z0-9]" };
const shaped = (text, shape) => new RegExp(`^${[...shape].map((sign) => SHAPE[sign]).join("")}$`).test(text);

function iban(raw) {
  const s = compact(raw);
  if (!/^[A-Z]{2}\d{2}/.test(s)) return bad("Starts with two letters and two digits");
  if (!/^[A-Z0-9]+$/.test(s)) return bad("Letters and digits only");
  const shape = words.ibans[s.slice(0, 2)];
  if (!shape) return bad("No country's account begins so");
  if (s.length !== shape.length + 4) return bad(`${s.length} of ${shape.length + 4} characters`);
  if (!shaped(s.slice(4), shape)) return bad("A letter stands where a digit must, or the other way round");
  return mod97(s.slice(4) + s.slice(0, 4)) === 1 ? ok("Checksum matches") : bad("Checksum does not match");
}

function date(raw, q) {
  const day = dayOf(raw, q.habits.month_first);
  if (day === undefined) return unknown();
  if (day === null) return bad("No such day");
  const name = day.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const year = day.getUTCFullYear(), life = q.checks.includes("life_date");
  if (year < (life ? 1900 : 1980) || year > 2080) return bad(`${name} · no year for this`);
  return !life && Math.abs(year - new Date().getFullYear()) > 1 ? warn(`${name} · far from today`) : fits(name);
}

function amount(raw) {
  const s = raw.replace(/[A-Z\p{Sc}]+/giu, (sign) => (sign.toUpperCase() in words.currencies ? "" : sign)).replace(/\s/g, "");
  if (!/^-?\d{1,3}([,.']?\d{3})*([.,]\d{2})?$/.test(s)) return unknown();
  const cents = s.match(/[.,](\d{2})$/);
  const whole = (cents ? s.slice(0, -3) : s).replace(/[^\d-]/g, "");
  return fits(`${Number(whole).toLocaleString("en-GB")}.${cents ? cents[1] : "00"}`);
}

function vat(raw) {
  const s = raw.replace(/[\s.-]/g, "").toUpperCase(), country = s.slice(0, 2), rest = s.slice(2);
  const shapes = words.vats[country];
  if (!shapes) return unknown();
  if (!shapes.some((shape) => shaped(rest, shape))) return unknown(`${country} and ${shapes.map((shape) => shape.length).join(" or ")} characters, ${rest.length} so far`);
  const agrees = vatDigits(country, rest);
  if (agrees === undefined) return unknown("Well formed; its check digit is tried when you press Enter");
  return agrees ? ok("Check digit matches") : bad("Check digit does not match");
}

function mrz(raw) {
  const s = compact(raw);
  if (!/^[A-Z0-9<]+$/.test(s)) return bad("Letters, digits and < only");
  const fails = zoneFails(s);
  if (fails !== undefined) return fails ? bad(`${fails} check digit${fails > 1 ? "s do" : " does"} not match`) : ok("Check digits match");
  return /\d[OI]|[OI]\d/.test(s) ? warn("A letter between digits") : fits("Fits the pattern");
}

const bic = (raw) => (/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(compact(raw)) ? fits("Fits the pattern") : bad("8 or 11 characters, six letters first"));
const country = (raw) => (words.states.includes(compact(raw)) ? fits("A state's code") : bad("No state's code: three letters, D for Germany"));
const currency = (raw) => { const sign = raw.trim(), code = words.currencies[sign.toUpperCase()]; return code && !/^[a-z]+$/.test(sign) ? fits(code) : unknown(); };
const sex = (raw) => (/^[FMX]$/.test(compact(raw)) ? fits("Fits the pattern") : unknown("F, M or X"));
const text = (raw) => (/\d[OIl]|[OIl]\d/.test(raw) ? warn("A letter between digits") : fits("Fits the pattern"));

// Types of fields that the server names, and the check that fits each; of the rest it knows more.
const KINDS = { iban, date, amount, vat_id: vat, mrz, bic, country, currency, sex, person_number: () => unknown(), reference: text, name: text, address: text, text };
// Checks that a class demands besides, by the server's names; each says what is wrong, or nothing.
const DEMANDS = {
  luhn: (raw) => (luhn(raw.replace(/\D/g, "")) ? ok("Check digit matches") : bad("Check digit does not match")),
  decimals: (raw) => !/\d[.,](\d{1,4}(?!\d)|--?|[\u2013\u2014])/.test(raw) && bad("No cents: is a point missing?"),
  positive: (raw) => /^\s*-/.test(raw) && bad("Below zero"),
  has_digit: (raw) => !/\p{Nd}/u.test(raw) && bad("No digit in it"),
  has_letters: (raw) => { const letters = raw.match(/\p{L}/gu)?.length ?? 0; return (letters < 2 || letters < (raw.match(/\p{Nd}/gu)?.length ?? 0)) && bad("Too few letters"); },
  tax_year: (raw) => !/\d{4}/.test(raw) && bad("A year has four digits"),
};

/** What can be said of a reading. Of those it suggested the server has said whether they pass. */
export function judged(q, value) {
  if (!value.trim()) return { tone: "idle", text: q.blind ? "Second reading: type what you see" : "Type what you see" };
  const said = worst([(KINDS[q.kind] ?? text)(value, q), ...q.checks.map((name) => DEMANDS[name]?.(value)).filter(Boolean)]);
  if (q.passing.includes(value)) return said.tone === "bad" || said.tone === "idle" ? fits("Passes its checks") : said;
  if (q.reason === "check failed" && value === q.value) return said.tone === "bad" ? said : bad("A check fails");
  return said;
}

const GRAVE = ["bad", "warn", "idle", "ok"];
/** The gravest, and of equals the one that is proven. */
const worst = (all) => all.toSorted((a, b) => GRAVE.indexOf(a.tone) - GRAVE.indexOf(b.tone) || Number(a.weak ?? false) - Number(b.weak ?? false))[0];
