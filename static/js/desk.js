// What the grid and the digits share with one another: pausing, leaving, changing the mode, undo.
import { ask, sentence, toast } from "./app.js";
import { $, addresses, make } from "./page.js";
import { Keys, wireKeys } from "./keys.js";
import { Lease, takeOver } from "./lease.js";
import { Stretch } from "./pace.js";
import { notice } from "./notices.js";

/** The desk of one person in one mode; `work` is what a pause hides, `saving` what may still wait. */
export class Desk {
  #staying = false;
  #shownAt = performance.now();
  #spent = 0;

  /** `asking()` are the ids that are on the page, `gone(ids)` is told which were withdrawn. */
  constructor(work, saving, { asking = () => [], gone = () => {} } = {}) {
    Object.assign(this, { work, saving, keys: new Keys(), lost: false });
    const told = (before, { held }) => {
      const still = asking(); // what was decided meanwhile was not withdrawn
      const away = before.filter((id) => !held.includes(id) && still.includes(id));
      if (away.length && !this.lost) { gone(away); toast("Something was withdrawn: its document or its consent is gone."); }
    };
    this.lease = new Lease((text) => this.lose(text), { asking, told });
    this.stretch = new Stretch(() => this.pause(true));
    takeOver(() => this.lose("Only one shows slits at a time.", "You went on in another tab."));
    addEventListener("visibilitychange", () => { if (document.hidden) this.pause(true); }); // nothing stays readable in a hidden tab
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    addEventListener("pagehide", () => { if (!this.saving.waiting && !this.#staying) this.release(); });
    $("[data-leave]").addEventListener("submit", (event) => this.#unlessSaving(event));
    for (const link of document.querySelectorAll("[data-mode]")) link.addEventListener("click", (event) => { this.#staying = this.#unlessSaving(event); });
    document.addEventListener("click", (event) => { if (event.target.closest("[data-act=pause]")) this.pause(); });
    document.addEventListener("keydown", (event) => this.#pressed(event));
    wireKeys(this.keys, $("#keys"));
  }

  /** How long the work was on screen, in milliseconds. */
  get looked() { return Math.round(this.#spent + (this.paused ? 0 : performance.now() - this.#shownAt)); }
  get paused() { return !$("[data-paused]").hidden; }

  /** Begin to count anew: something else is on screen. */
  begin() { this.#spent = 0; this.#shownAt = performance.now(); }

  pause(on = !this.paused) {
    if (on === this.paused || this.lost) return;
    if (on) { this.#spent += performance.now() - this.#shownAt; this.stretch.away(); } else { this.#shownAt = performance.now(); this.stretch.back(); }
    this.work.hidden = on;
    $("[data-paused]").hidden = !on;
    (on ? $("[data-paused]") : this.work.querySelector("input, button"))?.focus();
  }

  /** Take the last decision back; the id of its task, or nothing. */
  async undo() {
    if (this.saving.waiting) { toast("Still saving. Try again in a moment."); return undefined; }
    const answer = await ask(addresses.undo).catch(() => null);
    if (answer?.ok) return (await answer.json()).id;
    toast(answer ? await sentence(answer) : "You are offline. Undo again in a moment.");
    return undefined;
  }

  /** Take more slits and load the page again. */
  async more(wanted) {
    const body = new URLSearchParams(wanted);
    const answer = await ask(addresses.claim, { body }).catch(() => null);
    if (!answer) { toast("You are offline. Try again in a moment."); return; }
    this.#staying = true;
    location.reload();
  }

  release() { if (!this.lost) ask(addresses.release, { keepalive: true }).catch(() => {}); }

  lose(text, strong = "Your slits went back to the queue.") {
    if (this.lost) return;
    this.lost = true;
    this.lease.end();
    this.work.replaceChildren(make("p")); // nothing of what is no longer ours stays in this tab
    notice("lost", { tone: "bad", strong, text, urgent: true, link: { address: location.pathname, text: "Go on here" } });
  }

  /** An answer that was not taken: lost with the claim, or only this one. */
  async refused(message) {
    if (await this.lease.lives()) toast(message);
    else this.lose(message);
  }

  #unlessSaving(event) {
    if (!this.saving.waiting) return true;
    event.preventDefault();
    toast("Still saving. Try again in a moment.");
    return false;
  }

  #pressed(event) {
    const typing = event.target.closest("input, textarea, select");
    if (event.ctrlKey || event.metaKey || event.altKey || typing || $("dialog[open]")) return;
    const command = this.keys.command(event.key);
    const link = command === "grid" || command === "digits" ? $(`[data-mode=${command}]`) : undefined;
    if (link) (link.ariaCurrent ? $("[data-mode=one]") : link).click(); // the same key leads back
    else if (command === "pause") this.pause();
    else if (event.key === "?" && this.keys.on) $("#keys").showModal();
  }
}
