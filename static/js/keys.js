// The letter keys of the station. Each person may change them or switch them off; that is kept on
// this device only, under the person's opaque id. Digits, Enter, Tab, Esc, arrows and ? stay.
import { $, addresses } from "./page.js";

export const USUAL = { unreadable: "e", blank: "n", skip: "s", undo: "u", retype: "r", zoom: "z", wider: "w", pause: "p", grid: "g", digits: "d" };
const LETTER = /^\p{L}$/u;

export class Keys {
  #own = {};
  #on = true;

  constructor() {
    this.#load();
    addEventListener("storage", () => { this.#load(); this.draw(); });
    this.draw();
  }

  get on() { return this.#on; }

  /** The key of a command, a small letter. */
  of(command) { return this.#own[command] ?? USUAL[command]; }

  /** The command a pressed key stands for, if letters act. */
  command(key) {
    return this.#on ? Object.keys(USUAL).find((command) => this.of(command) === key.toLowerCase()) : undefined;
  }

  /** The letters that mean something already. */
  taken() { return this.#on ? Object.keys(USUAL).map((command) => this.of(command)) : []; }

  /** Give a command another key; the sentence that says why not, or nothing. */
  change(command, key) {
    const letter = key.toLowerCase();
    if (!LETTER.test(letter)) return "Use one letter. Digits and signs have a meaning of their own.";
    const holder = Object.keys(USUAL).find((other) => other !== command && this.of(other) === letter);
    if (holder) return `${letter.toUpperCase()} is taken: ${nameOf(holder)}.`;
    this.#own[command] = letter;
    this.#keep();
    return "";
  }

  reset() { this.#own = {}; this.#keep(); }
  switch(on) { this.#on = on; this.#keep(); }

  /** Show the person's own keys wherever a key is named. */
  draw() {
    for (const cap of document.querySelectorAll("kbd[data-key]")) {
      cap.textContent = this.of(cap.dataset.key).toUpperCase();
      cap.hidden = !this.#on;
    }
    for (const button of document.querySelectorAll("[data-act]")) {
      if (!(button.dataset.act in USUAL)) continue;
      if (this.#on) button.setAttribute("aria-keyshortcuts", this.of(button.dataset.act).toUpperCase());
      else button.removeAttribute("aria-keyshortcuts");
    }
  }

  get #place() { return `keys.${addresses.person}`; }

  #keep() {
    localStorage.setItem(this.#place, JSON.stringify({ on: this.#on, own: this.#own }));
    this.draw();
  }

  /** What is kept may be from another version, or damaged; then the usual keys hold. */
  #load() {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem(this.#place)) ?? {}; } catch { /* as if nothing was kept */ }
    this.#on = kept.on !== false;
    this.#own = {};
    for (const command of Object.keys(USUAL)) if (LETTER.test(kept.own?.[command] ?? "")) this.#own[command] = kept.own[command];
    const letters = Object.keys(USUAL).map((command) => this.of(command));
    if (new Set(letters).size < letters.length) this.#own = {};
  }
}

const nameOf = (command) => $(`[data-name-of="${command}"]`)?.textContent ?? command;

/** The dialog in which a person sees the keys and makes them their own. */
export function wireKeys(keys, dialog) {
  const told = dialog.querySelector("[data-keys-told]"), caps = [...dialog.querySelectorAll("[data-key-of]")];
  const letters = dialog.querySelector("[data-letters]");
  const draw = () => {
    letters.checked = keys.on;
    for (const cap of caps) { cap.value = keys.of(cap.dataset.keyOf).toUpperCase(); cap.disabled = !keys.on; cap.removeAttribute("aria-invalid"); }
  };
  for (const cap of caps) {
    cap.addEventListener("focus", () => cap.select());
    cap.addEventListener("input", (event) => {
      const typed = (event.data ?? cap.value).slice(-1);
      told.textContent = typed ? keys.change(cap.dataset.keyOf, typed) || `${typed.toUpperCase()}: ${nameOf(cap.dataset.keyOf)}` : "";
      const refused = Boolean(typed) && keys.of(cap.dataset.keyOf) !== typed.toLowerCase();
      if (typed && !refused) draw();
      cap.setAttribute("aria-invalid", refused);
      cap.select();
    });
    cap.addEventListener("blur", () => { cap.value = keys.of(cap.dataset.keyOf).toUpperCase(); cap.removeAttribute("aria-invalid"); });
  }
  letters.addEventListener("change", () => { keys.switch(letters.checked); draw(); });
  dialog.querySelector("[data-keys-reset]").addEventListener("click", () => { keys.reset(); draw(); told.textContent = "The usual keys are back."; });
  draw();
}
