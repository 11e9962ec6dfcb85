// Live checks. They advise; the server repeats every one and decides.
const ok = (text) => ({ tone: "ok", text }); // a check digit agrees
const fits = (text) => ({ tone: "ok", weak: true, text }); // well formed, which proves nothing: never shown in green
const unknown = (text) => ({ tone: "idle", weak: true, text }); // not for this page to say; the server will
const bad = (text) => ({ tone: "bad", text });
const MONTHS = "january february march april may june july august september october november december".split(" ");
const IBAN_LENGTH = { DE: 22, GB: 22, FR: 27, NL: 18, ES: 24, IT: 27, AT: 20, BE: 16, CH: 21, PL: 28, SE: 24 };

function iban(raw) {
  const s = raw.replace(/\s+/g, "").toUpperCase();
  if (!s) return { tone: "idle", text: "Type what you see" };
  if (!/^[A-Z]{2}\d{2}/.test(s)) return bad("Starts with two letters and two digits");
  const want = IBAN_LENGTH[s.slice(0, 2)];
  if (want && s.length !== want) return bad(`${s.length} of ${want} characters`);
  if (!/^[A-Z0-9]+$/.test(s)) return bad("Letters and digits only");
  let r = 0;
  for (const c of s.slice(4) + s.slice(0, 4)) {
    const v = parseInt(c, 36);
    r = (r * (v > 9 ? 100 : 10) + v) % 97;
  }
  return r === 1 ? ok("Checksum matches") : bad("Checksum does not match");
}

function date(raw) {
  const s = raw.trim().toLowerCase();
  let d, m, y;
  const n = s.match(/^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/);
  const iso = s.match(/^(\d{4})-(\d{2})-(\d{2})$/);
  const w = s.match(/^(\d{1,2})\.? ([a-z]+) (\d{4})$/);
  if (n) [d, m, y] = [+n[1], +n[2], +n[3]];
  else if (iso) [y, m, d] = [+iso[1], +iso[2], +iso[3]];
  else if (w) [d, m, y] = [+w[1], MONTHS.findIndex((x) => x.startsWith(w[2])) + 1, +w[3]];
  else return unknown("Checked when you press Enter");
  const t = new Date(Date.UTC(y, m - 1, d));
  if (t.getUTCMonth() !== m - 1 || t.getUTCDate() !== d) return bad("No such day");
  const name = t.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  if (Math.abs(y - new Date().getFullYear()) > 1) return { tone: "warn", text: `${name} · far from today` };
  return fits(name);
}

function amount(raw) {
  const s = raw.replace(/[\s€$£]|RM|EUR|USD|GBP|CHF/gi, "");
  if (!/^-?\d{1,3}([,.']?\d{3})*([.,]\d{2})?$/.test(s)) return unknown("Checked when you press Enter");
  const dec = s.match(/[.,](\d{2})$/);
  const whole = (dec ? s.slice(0, -3) : s).replace(/[^\d-]/g, "");
  return fits(`${Number(whole).toLocaleString("en-GB")}.${dec ? dec[1] : "00"}`);
}

function vat(raw) { // German VAT ID, ISO 7064 mod 11,10
  const s = raw.replace(/\s/g, "").toUpperCase();
  if (!/^DE/.test(s)) return unknown("Checked when you press Enter");
  if (!/^DE\d{9}$/.test(s)) return bad("DE and nine digits");
  let p = 10;
  for (const c of s.slice(2, 10)) {
    const k = (+c + p) % 10 || 10;
    p = (2 * k) % 11;
  }
  return (11 - p) % 10 === +s[10] ? ok("Check digit matches") : bad("Check digit does not match");
}

function docno(raw) {
  return /^[A-Z0-9]{6,10}$/.test(raw) ? (/O/.test(raw) ? { tone: "warn", text: "Letter O is not used in these" } : fits("Fits the pattern")) : bad("6 to 10 letters and digits");
}

function text(raw) {
  if (!raw.trim()) return bad("Empty");
  if (/\d[OIl]|[OIl]\d/.test(raw)) return { tone: "warn", text: "A letter between digits" };
  return fits("Fits the pattern");
}

// Types of fields that the server names, and the check that fits each.
const CHECKS = { iban, date, amount, vat_id: vat, reference: text, docno, text };
const check = (kind, value) => (CHECKS[kind] ?? text)(value);

/** What can be said of a reading. Of those it suggested the server has said whether they pass. */
export function judged(q, value) {
  if (!value) return { tone: "idle", text: "Type what you see" };
  const said = check(q.kind, value);
  if (q.passing.includes(value)) return said.tone === "bad" || said.tone === "idle" ? fits("Passes its checks") : said;
  if (q.reason === "check failed" && value === q.value) return said.tone === "bad" ? said : bad("A check fails");
  return said;
}
