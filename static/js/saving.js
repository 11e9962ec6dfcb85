// Saves answers one after another, in the order they were given, so that they are taken back in it.
// Each carries a key of its own: what was sent twice is decided once.
import { ask, sentence } from "./app.js";
import { count } from "./page.js";
import { dismiss, notice } from "./notices.js";

const RETRIES = [1000, 2000, 4000, 8000, 15_000]; // ms between tries
const MOST_BROKEN = 5; // answers of a server that breaks on this one, before it is put back

export class Saving {
  #queue = [];
  #running = false;
  #wake = () => {};

  /** `saved(entry, said)`, `refused(entry, status, {error, message})` and `changed(waiting)` are told. */
  constructor({ saved, refused, changed }) {
    Object.assign(this, { saved, refused, changed });
    addEventListener("online", () => this.#wake());
    addEventListener("beforeunload", (event) => { if (this.waiting) event.preventDefault(); });
  }

  get waiting() { return this.#queue.length; }

  /** An entry has an `address` and a `body`. */
  add(entry) {
    this.#queue.push(entry);
    this.changed(this.waiting);
    if (!this.#running) this.#run();
  }

  async #run() {
    this.#running = true;
    for (let tries = 0; this.#queue.length; ) {
      const entry = this.#queue[0];
      const answer = await ask(entry.address, { body: entry.body, keepalive: true }).catch(() => null);
      if (!answer || answer.status === 429 || (answer.status >= 500 && !(answer.status === 500 && tries >= MOST_BROKEN))) {
        this.#outage();
        await this.#pause(RETRIES[Math.min(tries++, RETRIES.length - 1)]);
        continue;
      }
      tries = 0;
      dismiss("offline");
      this.#queue.shift();
      if (answer.ok) this.saved(entry, await answer.json().catch(() => ({})));
      else await this.refused(entry, answer.status, await told(answer));
      this.changed(this.waiting);
    }
    this.#running = false;
  }

  #pause(ms) {
    return new Promise((done) => { this.#wake = done; setTimeout(done, ms); });
  }

  #outage() {
    const one = this.waiting === 1;
    const text = `${count(this.waiting, "decision")} ${one ? "waits" : "wait"} in this tab and ${one ? "is" : "are"} sent when it is back. Don't close it.`;
    notice("offline", { tone: "warn", strong: "The portal does not answer.", text, urgent: true });
  }
}

async function told(answer) {
  const again = answer.clone();
  try { return await answer.json(); } catch { return { error: "", message: await sentence(again) }; }
}

/** A form of an answer: its own key, and what is not empty. */
export function formOf(said) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ key: crypto.randomUUID(), ...said })) if (value !== "") body.append(name, value);
  return body;
}
