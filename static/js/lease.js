// The claim: any key renews it, at most every half minute; it warns once, politely.
import { ask, toast } from "./app.js";
import { $, addresses } from "./page.js";

const BETWEEN = 30_000; // ms between two signs of life
const WARNING = 60; // seconds before the end

export class Lease {
  #left = addresses.seconds;
  #beatAt = 0;
  #over = false;

  /** `lost(text)` is told why there is no claim any more; `told(asking(), said)` what came with it. */
  constructor(lost, { asking = () => [], told = () => {} } = {}) {
    Object.assign(this, { lost, asking, told });
    for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => this.beat());
    this.#show();
    setInterval(() => this.#tick(), 1000);
  }

  renew(seconds) { this.#left = seconds; this.#show(); }
  end() { this.#over = true; }

  /** A sign of life, as often as is polite. */
  async beat() {
    if (this.#over || Date.now() - this.#beatAt < BETWEEN) return;
    this.#beatAt = Date.now();
    const status = await this.#ask();
    if (status === 409) this.#lose("Your claim ran out.");
    if (status === 401 || status === 403) this.#lose("You were signed out.");
  }

  /** Whether the server still knows the claim; a server that does not answer has not forgotten it. */
  async lives() { return ![401, 403, 409].includes(await this.#ask()); }

  async #ask() {
    const before = this.asking(), answer = await ask(addresses.heartbeat).catch(() => null);
    if (!answer?.ok) return answer?.status;
    const said = await answer.json();
    this.renew(said.seconds);
    this.told(before, said);
    return answer.status;
  }

  #tick() {
    this.#left = Math.max(0, this.#left - 1);
    this.#show();
    if (this.#over) return;
    if (this.#left === WARNING) toast("These slits go back to the queue in a minute. Any key keeps them.");
    if (this.#left === 0) this.#lose("Your claim ran out.");
  }

  #lose(text) {
    if (this.#over) return;
    this.end();
    this.lost(text);
  }

  #show() {
    $("[data-lease]").textContent = `${Math.floor(this.#left / 60)}:${String(this.#left % 60).padStart(2, "0")}`;
  }
}

/** Tell other tabs that this one goes on; whichever was open before stops showing anything. */
export function takeOver(stop) {
  const tabs = new BroadcastChannel("station");
  tabs.addEventListener("message", stop);
  tabs.postMessage("here");
}
