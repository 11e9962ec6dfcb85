// The field under the slit: what is read there, which characters are in doubt, and how few keys it
// takes to put one right.
import { make } from "./page.js";

export class Reading {
  #q = null;
  #alt = -1;
  #touched = new Set();
  #retyping = false;

  /** `changed(place)` is told whenever the person changed what stands there; by another reading, which. */
  constructor(input, ghost, changed) {
    Object.assign(this, { input, ghost, changed });
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("focus", () => requestAnimationFrame(() => this.#arrived()));
  }

  begin(q, value = q.value) {
    this.#q = q;
    this.#alt = -1;
    this.#touched.clear();
    this.input.value = value;
  }

  get value() { return this.input.value; }

  /** Doubtful characters that nobody has touched yet, as long as the reading is as long. */
  get open() {
    const { value, doubts } = this.#q, v = this.value;
    return v.length === value.length ? doubts.filter((d) => v[d] === value[d] && !this.#touched.has(d)) : [];
  }

  /** The next doubtful character after a place, or the one before it. */
  next(from, direction = 1) {
    const left = this.#q.doubts.filter((d) => !this.#touched.has(d) && d < this.value.length && (direction > 0 ? d > from : d < from));
    return direction > 0 ? left[0] : left.at(-1);
  }

  /** Select one character, so that the next key replaces it. */
  select(d) {
    this.input.focus({ preventScroll: true });
    this.input.setSelectionRange(d, d + 1);
  }

  /** A digit lands on the first doubtful character; without one it is added. */
  overwrite(digit) {
    const d = this.next(-1);
    this.input.focus({ preventScroll: true });
    if (d === undefined) this.input.setRangeText(digit, this.value.length, this.value.length, "end");
    else { this.input.setRangeText(digit, d, d + 1, "end"); this.#touch(d); }
    this.changed();
  }

  /** The other readings in turn; the server puts those first that pass the checks. */
  cycle(direction) {
    if (!this.#q.alts.length) return false;
    const ring = [this.#q.value, ...this.#q.alts];
    this.#alt = (Math.max(this.#alt, 0) + direction + ring.length) % ring.length;
    this.input.value = ring[this.#alt];
    this.changed(`Reading ${this.#alt + 1} of ${ring.length}`);
    return true;
  }

  putBack() { this.begin(this.#q); this.changed(); }

  retype() {
    this.#retyping = true;
    this.input.focus();
    this.input.select();
  }

  /** Mark what is in doubt on the same vertical as the tick under its image. */
  draw() {
    const text = make("span"), open = this.open;
    [...this.value].forEach((sign, i) => text.append(open.includes(i) ? make("mark", { textContent: sign }) : sign));
    this.ghost.replaceChildren(text);
    this.input.size = Math.max(12, this.value.length + 2);
  }

  #touch(d) {
    this.#touched.add(d);
    const next = this.next(d);
    if (next !== undefined) this.select(next);
  }

  #typed() {
    const p = this.input.selectionEnd - 1;
    if (this.value.length === this.#q.value.length && this.#q.doubts.includes(p)) this.#touch(p);
    this.changed();
  }

  // Arriving by Tab selects everything in most browsers: one stray key would wipe the reading.
  #arrived() {
    const { input } = this, all = input.selectionStart === 0 && input.selectionEnd === this.value.length;
    if (all && !this.#retyping && this.value) input.setSelectionRange(this.value.length, this.value.length);
    this.#retyping = false;
  }
}
