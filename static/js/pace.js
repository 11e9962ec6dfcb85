// What was done: a tape, a tally, a plain rate, and a word about a break. No race, no sound.
import { $, count, make } from "./page.js";
import { dismiss, notice } from "./notices.js";

const LONGEST_TAPE = 30;
const WINDOW = 300_000; // ms the rate looks back
const FEWEST = 8; // decisions before a rate means anything
const STRETCH = 20 * 60_000; // ms of looking after which a break is suggested
const BREAK = 2 * 60_000; // ms away that count as one

/** A mark on the tape for an answer that is on its way. */
export function mark(kind) {
  const li = make("li");
  li.dataset.kind = kind;
  li.dataset.state = "sending";
  const tape = $("[data-tape]");
  tape.append(li);
  while (tape.children.length > LONGEST_TAPE) tape.firstChild.remove();
  return li;
}

/** How much is done and left. */
export function tally(done, left, total) {
  const decided = done.filter((one) => one.kind !== "skip"), fixed = decided.filter((one) => one.kind === "fixed").length;
  $("[data-tally]").textContent = `${decided.length} decided${fixed ? `, ${fixed} corrected` : ""}`;
  $("[data-left]").textContent = left;
  const bar = $("[data-progress]");
  bar.max = total;
  bar.value = total - left;
  rate(done.filter((one) => Date.now() - one.at < WINDOW));
}

function rate(recent) {
  $("[data-pace-box]").hidden = recent.length < FEWEST;
  if (recent.length < FEWEST) return;
  const seconds = Math.max((Date.now() - recent[0].at) / 1000, 1);
  $("[data-pace]").textContent = Math.round((recent.length / seconds) * 3600).toLocaleString("en-GB");
}

/** Suggests a break after twenty minutes of looking; whoever was away has had one. */
export class Stretch {
  #since = Date.now();
  #awaySince = 0;

  /** A page that is loaded again goes on counting, unless it was gone as long as a break. */
  constructor(pause) {
    this.pause = pause;
    const [since, last] = (sessionStorage.getItem("looking") ?? "").split(" ").map(Number);
    if (Date.now() - last < BREAK) this.#since = since;
    this.#keep();
    setInterval(() => this.#look(), 10_000);
  }

  away() { this.#awaySince ||= Date.now(); }

  back() {
    if (this.#awaySince && Date.now() - this.#awaySince >= BREAK) this.#begin();
    this.#awaySince = 0;
  }

  #look() {
    if (!this.#awaySince) this.#keep();
    if (this.#awaySince || Date.now() - this.#since < STRETCH) return;
    const minutes = Math.round((Date.now() - this.#since) / 60_000);
    this.#begin(); // said once a stretch
    const text = "Two minutes away from the screen rest the eyes. Your place is kept.";
    notice("break", { tone: "info", strong: `You have looked for ${count(minutes, "minute")}.`, text, acts: [{ text: "Pause now", act: this.pause }, { text: "Later" }] });
  }

  #begin() { this.#since = Date.now(); this.#keep(); dismiss("break"); }
  #keep() { sessionStorage.setItem("looking", `${this.#since} ${Date.now()}`); }
}
