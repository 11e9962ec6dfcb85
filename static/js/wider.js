// More of the page than the slit: asked for with a reason, shown for some seconds, counted apart.
import { ask, sentence, toast } from "./app.js";
import { $, at } from "./page.js";

const TITLES = { wider: "Wider slit", line: "Whole line", page: "Whole page" };
const form = $("[data-wider-form]"), dialog = $("#wider");

/** Tell how long something was on screen: also what was left without an answer. */
export function report(q, step, ms) {
  const body = new URLSearchParams({ step, ms: Math.round(ms) });
  if (q.picture && ms > 0) ask(at("shown", q.id), { body, keepalive: true }).catch(() => {});
}

/** The ladder of context; `desk` says what is asked, for how long it was seen, and shows it again. */
export class Wider {
  #told = new Set();
  #timer = 0;

  constructor(desk) {
    this.desk = desk;
    dialog.addEventListener("close", () => this.#asked());
    addEventListener("pagehide", () => {
      const q = desk.item(), leave = $("[data-img]").leave;
      if (leave) leave(); else if (q) report(q, "slit", desk.looked());
    });
  }

  /** Ask which steps may be taken now; the server renders them. */
  async open() {
    const answer = await ask(at("more", this.desk.item().id), { method: "GET" }).catch(() => null);
    if (!answer?.ok) { toast(answer ? await sentence(answer) : "You are offline."); return; }
    form.innerHTML = await answer.text();
    dialog.returnValue = "";
    dialog.showModal();
  }

  /** What a lead answered, said once: the slit is still among those that are held. */
  tell(answers, items) {
    for (const { key, id, step, state } of answers) {
      const q = items.find((one) => one.id === id);
      if (!q || this.#told.has(key)) continue;
      this.#told.add(key);
      toast(state === "given" ? `${q.name}: your lead said yes to the ${step}. Press ${this.desk.key()} at its slit.` : `${q.name}: your lead said no to the ${step}.`);
    }
  }

  async #asked() {
    this.desk.focus();
    if (dialog.returnValue !== "ok") return;
    const q = this.desk.item(), body = new FormData(form);
    const answer = await ask(at("more", q.id), { body }).catch(() => null);
    if (!answer?.ok) { toast(answer ? await sentence(answer) : "You are offline."); return; }
    const { src, seconds, message } = await answer.json();
    if (message) toast(message);
    else if (this.desk.item() === q) this.#show(q, body.get("step"), src, seconds);
  }

  #show(q, step, src, seconds) {
    report(q, "slit", this.desk.looked());
    const picture = new Image(), began = performance.now();
    Object.assign(picture, { alt: `${TITLES[step]} around one ${q.name.toLowerCase()}`, src });
    picture.dataset.img = "";
    picture.onerror = () => { toast("This could not be shown. Ask again if you need it."); this.desk.again(q); };
    picture.leave = () => report(q, step, performance.now() - began);
    $("[data-img]").replaceWith(picture);
    this.desk.widened(step, `${TITLES[step]}, ${seconds} s. Recorded.`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.desk.again(q), seconds * 1000);
  }
}
