// Grid review: one field, many documents. Read down, fix the odd one out, confirm together. Each cell
// is one decision, saved like any other.
import { toast } from "./app.js";
import { $, at, count, items } from "./page.js";
import { judged } from "./validators.js";
import { Saving, formOf } from "./saving.js";
import { Desk } from "./desk.js";
import { mark, tally } from "./pace.js";
import { speak } from "./spoken.js";

const SETTLE = 250; // ms: a key held down must not confirm what nobody has seen
const WIDE = 0.94, TALL = 0.62; // of a cell's picture, which its window may fill
const TONES = { "": "idle", ok: "ok", fixed: "info", aside: "warn", bad: "bad", gone: "warn" };
const AGAIN = "Enter again if the paper really says so";

const form = $("[data-grid]");
const button = form?.querySelector("[data-confirm]");
const done = [];
const aside = new Set(JSON.parse(sessionStorage.getItem("aside") ?? "[]")); // until they are read one by one

/** One slit with what is read in it. */
class Cell {
  state = "";
  warned = false;

  constructor(q, element) {
    Object.assign(this, { q, element, input: element.querySelector("input"), note: element.querySelector("[data-note]"), picture: element.querySelector("img") });
    this.input.addEventListener("focus", () => this.#arrived());
    this.input.addEventListener("input", () => this.#typed());
    this.mark(aside.has(q.id) ? "aside" : "");
    this.fit();
  }

  get settled() { return ["ok", "fixed", "aside", "gone"].includes(this.state); }

  /** The window as large as the cell lets it be, in the middle. */
  fit() {
    const { q, picture } = this, box = picture.parentElement, height = (box.clientWidth * q.h) / q.w;
    picture.style.setProperty("--zoom", Math.min(WIDE / q.win[2], (TALL * box.clientHeight) / (q.win[3] * height)));
  }

  mark(state, text = judged(this.q, this.input.value).text) {
    this.state = state;
    this.note.parentElement.dataset.tone = TONES[state];
    this.input.readOnly = state === "ok" || state === "fixed";
    this.input.setAttribute("aria-invalid", state === "bad");
    this.note.textContent = { ok: `Confirmed · ${text}`, fixed: `Corrected · ${text}`, aside: "Set aside for one by one" }[state] ?? text;
    drawn();
  }

  /** Confirm what stands there; whether it was. Only at the cell itself a failing check is overridden. */
  confirm({ insist = false } = {}) {
    if (this.settled) return true;
    const { q, input } = this, verdict = judged(q, input.value);
    if (!input.value.trim()) { this.mark("bad"); return false; }
    if (verdict.tone === "bad" && !(insist && this.warned)) { this.warned = insist; this.mark("bad", insist ? `${verdict.text}. ${AGAIN}` : verdict.text); return false; }
    const same = input.value === q.value, kind = same ? "ok" : "fixed";
    const body = formOf({ value: input.value, suggested: same ? "on" : "", overrides: this.warned ? "on" : "", shown_ms: desk.looked });
    const entry = { cell: this, kind, address: at("decide", q.id), body, at: Date.now(), li: mark(kind) };
    done.push(entry);
    this.mark(kind);
    saving.add(entry);
    return true;
  }

  setAside() {
    if (this.state === "ok" || this.state === "fixed") return;
    if (this.state === "aside") aside.delete(this.q.id); else aside.add(this.q.id);
    sessionStorage.setItem("aside", JSON.stringify([...aside]));
    this.mark(aside.has(this.q.id) ? "aside" : "");
  }

  /** Nothing of what was withdrawn stays on the page. */
  withdraw() {
    this.picture.remove();
    this.input.value = "";
    this.input.disabled = true;
    this.mark("gone", "Withdrawn");
  }

  reopen(text) {
    this.warned = true; // what the server refused is confirmed by one more Enter
    this.mark(text ? "bad" : "", text);
  }

  #arrived() {
    const d = this.q.doubts[0];
    if (d !== undefined && d < this.input.value.length) this.input.setSelectionRange(d, d + 1);
    else this.input.select();
  }

  #typed() {
    const { q, input } = this, p = input.selectionEnd - 1;
    this.warned = false;
    const next = q.doubts.find((d) => d > p);
    if (input.value.length === q.value.length && q.doubts.includes(p) && next !== undefined) input.setSelectionRange(next, next + 1);
    this.mark(judged(q, input.value).tone === "bad" ? "bad" : "");
  }
}

let cells = [];
const saving = new Saving({ saved, refused, changed: (waiting) => { $("[data-sync]").textContent = waiting ? "Saving" : "All saved"; } });
const unsettled = () => cells.filter((cell) => !cell.settled);
const desk = new Desk(form ?? $("[data-nothing]"), saving, {
  asking: () => unsettled().map((cell) => cell.q.id),
  gone: (ids) => unsettled().filter((cell) => ids.includes(cell.q.id)).forEach((cell) => cell.withdraw()),
});
if (form) begin();

function begin() {
  cells = [...form.querySelectorAll("[data-cell]")].map((element, i) => new Cell(items[i], element));
  drawn();
  addEventListener("resize", () => cells.forEach((cell) => cell.fit()));
  form.addEventListener("submit", (event) => { event.preventDefault(); confirmRest(); });
  form.addEventListener("keydown", pressed);
  form.querySelector("[data-act=undo]").addEventListener("click", undo);
  (cells.find((cell) => !cell.settled)?.input ?? button).focus({ preventScroll: true });
}

function drawn() {
  if (!cells.length) return;
  const left = unsettled().length;
  $("[data-confirm-label]").textContent = !left ? "Take the next" : left === cells.length ? `Confirm all ${left}` : `Confirm the other ${left}`;
  form.querySelector("[data-act=undo]").disabled = !done.length;
  tally(done, left, cells.length);
}

function confirmRest() {
  if (desk.paused || desk.looked < SETTLE) return;
  const open = unsettled();
  if (!open.length) { next(); return; }
  const refusing = open.filter((cell) => !cell.confirm());
  if (!refusing.length) { speak(`${count(open.length, "slit")} confirmed.`); button.focus(); return; }
  refusing[0].input.focus();
  toast(`${count(refusing.length, "value")} fail${refusing.length === 1 ? "s" : ""} a check. Correct it, press Enter twice, or set it aside.`);
}

function next() {
  if (saving.waiting) toast("Still saving. Try again in a moment.");
  else desk.more({ field: form.dataset.field });
}

/** Cells side by side, as many as the page has room for. */
const columns = () => cells.findIndex((cell) => cell.element.offsetTop > cells[0].element.offsetTop) || 1;

function pressed(event) {
  const i = cells.findIndex((cell) => cell.input === event.target);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (!event.repeat) confirmRest(); return; }
  if (i < 0 || event.altKey || event.isComposing) return;
  const across = Math.max(1, columns());
  const act = { Enter: () => enter(i, event.repeat), ArrowDown: () => go(i + across), ArrowUp: () => go(i - across), Escape: () => cells[i].setAside() }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
function enter(i, repeat) {
  if (repeat || desk.looked < SETTLE || !cells[i].confirm({ insist: true })) return;
  (cells.slice(i + 1).find((cell) => !cell.settled)?.input ?? button).focus();
}
const go = (i) => cells[Math.min(cells.length - 1, Math.max(0, i))].input.focus();

function saved(entry, said) {
  delete entry.li.dataset.state;
  if (said.feedback) entry.cell.note.textContent = said.feedback.text;
}
async function refused(entry, status, { error, message }) {
  forget(entry);
  if (error === "NotSettled" || status === 400 || status === 500) { entry.cell.reopen(message); entry.cell.input.focus(); return; }
  await desk.refused(message);
}
async function undo() {
  const id = await desk.undo();
  if (!id) return;
  const entry = done.findLast((one) => one.cell.q.id === id);
  if (!entry) { toast("Taken back. It comes one by one."); return; }
  forget(entry);
  entry.cell.reopen();
  entry.cell.warned = false;
  entry.cell.input.focus();
}
function forget(entry) {
  entry.li.remove();
  done.splice(done.indexOf(entry), 1);
}
