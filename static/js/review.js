// Review station. The server renders the first slit; this module keeps eyes and hands still after
// that. The next slit is up before the answer to this one is saved.
import { ask, sentence, toast } from "./app.js";
import { $, addresses, at, count, items, make } from "./page.js";
import { judged } from "./validators.js";
import { Pictures } from "./pictures.js";
import { Lens, drawMap, drawMarks } from "./slit.js";
import { Wider } from "./wider.js";
import { asksClass, place, turn } from "./question.js";
import { listen } from "./keyboard.js";
import { Keys, wireKeys } from "./keys.js";
import { Lease, takeOver } from "./lease.js";
import { Reading } from "./reading.js";
import { Saving, formOf } from "./saving.js";
import { Stretch, mark, tally } from "./pace.js";
import { dismiss, notice } from "./notices.js";
import { described, speak, speakSoon, spelled } from "./spoken.js";

const station = $("[data-station]"), input = $("[data-value]"), marks = $("[data-marks]");
const slit = $("[data-slit]"), scale = $("[data-scale]"), over = $("[data-over]");
const SETTLE = 250; // ms: an Enter held down must not run through slits nobody has seen
const LOW = 4; // slits left when more are fetched
const FINISH = 12_000; // ms until the last decisions become final by themselves
const TAKE_BACK = { deep: 10, ms: 60_000 }; // what the server lets one undo; it has the last word
const SKIPS = { free: 2, of: 10 }; // so many of the last answers may be skips without a reason

const state = { items, i: 0, shownAt: 0, spent: 0, warned: false, done: [], told: 0, lost: false };
const pictures = new Pictures((id) => at("crop", id));
const item = () => state.items[state.i];
const say = toast;
const keys = new Keys();
const reading = new Reading(input, $("[data-ghost]"), changed);
const lens = new Lens(slit, scale, input, $("[data-zoom-label]"));
const lease = new Lease(lost, { asking: () => state.items.slice(state.i), told: withdrawn });
const wider = new Wider({ item, looked, key: () => keys.of("wider").toUpperCase(), focus: () => station.focus(), again: (q) => { if (item() === q) show(input.value); }, widened });
const stretch = new Stretch(() => pause(true));
const saving = new Saving({ saved, refused, changed: (waiting) => { $("[data-sync]").textContent = waiting ? "Saving" : "All saved"; } });

/* ---- show ---------------------------------------------------------------- */
function show(restore) {
  const q = item();
  over.hidden = Boolean(q);
  station.hidden = !q;
  if (!q) { finished(); return; }
  Object.assign(state, { warned: false, shownAt: performance.now(), spent: 0 });
  place(q, pictures, () => unseen(q));
  turn(q, keys);
  reading.begin(q, restore);
  drawMap($("[data-map]"), q);
  drawMarks(marks, q);
  lens.reset(q);
  const verdict = refresh();
  station.focus({ preventScroll: true });
  speak(asksClass(q) ? `${q.name} ${count(q.choices.length, "kind")}, likeliest first.` : described(q, input.value, reading.open, verdict.text));
  pictures.expect(state.items.slice(state.i + 1, state.i + 3).filter((next) => next.picture).map((next) => next.id));
}

/** More than the slit stands there now: nothing is marked on it, and its time counts by itself. */
function widened(step, text) {
  Object.assign(state, { spent: 0, shownAt: performance.now() });
  marks.replaceChildren();
  lens.flat();
  slit.dataset.wide = step;
  $("[data-share]").textContent = text;
}
function unseen(q) {
  if (item() === q) say("This slit could not be loaded. Skip it, or take new ones.");
}

function refresh() {
  const q = item();
  if (asksClass(q)) return { tone: "idle", text: "" };
  const v = input.value, r = judged(q, v), out = $("[data-verdict]"), open = reading.open;
  reading.draw();
  out.dataset.tone = r.weak ? "idle" : r.tone;
  out.textContent = r.text;
  input.setAttribute("aria-invalid", r.tone === "bad");
  $("[data-doubts]").textContent = open.length ? `Doubtful: ${open.map((d) => `character ${d + 1}, ${v[d]}`).join("; ")}` : "No doubtful characters left";
  const passes = q.alts.some((a) => a !== v && q.passing.includes(a)) && !q.passing.includes(v);
  const other = $("[data-alt]");
  other.hidden = !q.alts.length;
  other.querySelector("span").textContent = passes ? "Another reading passes the checks" : count(q.alts.length, "other reading");
  return r;
}
function changed(place) {
  state.warned = false;
  const r = refresh();
  speakSoon([place, spelled(input.value, item().kind), r.text].filter(Boolean).join(". "));
}
addEventListener("resize", () => item() && lens.reset(item()));

/* ---- decide --------------------------------------------------------------- */
function looked() { return Math.round(state.spent + (paused() ? 0 : performance.now() - state.shownAt)); }
function paused() { return "paused" in slit.dataset; }
function tooSoon() { return paused() || performance.now() - state.shownAt < SETTLE; }
function pause(on = !paused()) {
  if (on === paused() || !item()) return;
  if (on) { state.spent += performance.now() - state.shownAt; slit.dataset.paused = ""; stretch.away(); } else { delete slit.dataset.paused; state.shownAt = performance.now(); stretch.back(); }
  input.parentElement.hidden = on;
  $("[data-kinds]").inert = on;
  $("[data-pause-label]").textContent = on ? "Go on" : "Pause";
  station.focus({ preventScroll: true });
  speak(on ? "Paused. The slit is hidden." : described(item(), input.value, reading.open, refresh().text));
}
addEventListener("visibilitychange", () => { if (document.hidden) pause(true); }); // nothing stays readable in a hidden tab
function accept() {
  if (tooSoon()) return;
  const q = item(), r = refresh();
  if (asksClass(q)) { say("Press the key of a kind, or that of “Can't tell”"); return; }
  if (!input.value.trim()) { say("Type what you see, or say that you can't read it"); return; }
  if (r.tone === "bad" && !state.warned) { insist(`${r.text}. Enter again if the paper really says so`); return; }
  const same = !q.blind && input.value === q.value;
  commit("decide", same ? "ok" : "fixed", { value: input.value, suggested: same ? "on" : "", overrides: r.tone === "bad" || state.warned ? "on" : "" });
}
function insist(text) {
  state.warned = true;
  $("[data-verdict]").textContent = text;
  speak(text);
}
function choose(doctype) {
  if (!tooSoon()) commit("choose", "ok", { doctype });
}
function unreadable(trouble) {
  commit("unreadable", trouble === "blank" ? "ok" : "esc", { trouble });
  say(trouble === "blank" ? "Recorded: nothing is written there" : "Sent to your lead");
}
function skip() {
  const skipped = state.done.slice(-SKIPS.of).filter((one) => one.kind === "skip").length;
  if (skipped < SKIPS.free) commit("skip", "skip", {});
  else open("#skipping");
}
function commit(verb, kind, said) {
  const q = item();
  const entry = { q, kind, value: input.value, address: at(verb, q.id), body: formOf({ ...said, shown_ms: looked() }), at: Date.now(), li: mark(kind) };
  if (state.done.length > state.told + 1) dismiss("feedback"); // it was there for two slits
  state.done.push(entry);
  state.i++;
  counted();
  saving.add(entry); // on its way before more is asked for, or its claim would still count it
  show(); // the next slit is up before this one is saved
}
function saved(entry, said) {
  delete entry.li.dataset.state;
  moreIfLow();
  if (!said.feedback) return;
  state.told = state.done.length;
  notice("feedback", { tone: "hold", strong: "A known answer.", text: said.feedback.text, acts: [{ text: "Understood", act: () => station.focus() }] });
}

/** The server did not take an answer. What is still ours comes back; what is not ours is said. */
async function refused(entry, status, { error, message }) {
  entry.li.remove();
  state.done.splice(state.done.indexOf(entry), 1);
  counted();
  if (error === "NotSettled" || status === 400 || status === 500) return comeBack(entry, error, message);
  if (status === 409 && (await lease.lives())) { say(message); moreIfLow(); return; } // decided in another tab, or withdrawn
  if (!state.lost) lost(message);
}
function comeBack(entry, error, message) {
  state.items.splice(state.i, 0, entry.q);
  counted();
  show(entry.value);
  if (entry.kind === "skip") open("#skipping");
  else if (error) insist(message);
  say(message);
}
async function undo() {
  const last = undoable().at(-1);
  if (!last) { say(state.done.length ? "What you decided before is final." : "There is nothing to take back."); return; }
  if (saving.waiting) { say("Still saving. Try again in a moment."); return; }
  const answer = await ask(addresses.undo).catch(() => null);
  if (!answer?.ok) { say(answer ? await sentence(answer) : "You are offline. Undo again in a moment."); return; }
  const { id } = await answer.json(), taken = state.done.findLast((one) => one.q.id === id) ?? last;
  state.done.splice(state.done.indexOf(taken), 1);
  taken.li.remove();
  const where = state.items.indexOf(taken.q);
  if (where >= 0 && where < state.i) { state.items.splice(where, 1); state.i--; }
  state.items.splice(state.i, 0, taken.q);
  counted();
  show(taken.kind === "ok" || taken.kind === "fixed" ? taken.value : undefined);
  say("Taken back");
}
const undoable = () => state.done.slice(-TAKE_BACK.deep).filter((one) => Date.now() - one.at < TAKE_BACK.ms);
function counted() {
  tally(state.done, state.items.length - state.i, state.items.length);
  for (const button of document.querySelectorAll("[data-act='undo']")) button.disabled = !state.done.length;
}

/* ---- more, and the end ------------------------------------------------------ */
let fetching = false, finishing = 0;
function moreIfLow() { if (state.items.length - state.i <= LOW) more(); }
async function more() {
  if (fetching || state.lost) return;
  fetching = true;
  const answer = await ask(addresses.claim).catch(() => null);
  fetching = false;
  if (!answer?.ok) return;
  const said = await answer.json();
  if (state.lost) return; // lost while they were on their way
  lease.renew(said.seconds);
  const seen = new Set(state.items.map((q) => q.id)), wasOver = !item();
  state.items.push(...said.items.filter((q) => !seen.has(q.id)));
  counted();
  if (wasOver && item()) show();
}
function finished() {
  speak("Nothing left to review.");
  $("[data-over-text]").textContent = `You decided ${count(state.done.length, "slit")}. The last ones can be taken back for a moment.`;
  over.focus({ preventScroll: true });
  clearTimeout(finishing);
  finishing = setTimeout(() => { if (!item() && !saving.waiting) leave(); }, FINISH);
  if (!saving.waiting) more(); // else the answer to the last one asks
}
function leave() {
  if (!state.lost) ask(addresses.release, { keepalive: true }).catch(() => {}); // decisions become final, the rest goes back
}
/** What a sign of life brought: slits that were withdrawn meanwhile, and what a lead answered. */
function withdrawn(before, { held, answers }) {
  wider.tell(answers, state.items);
  const now = item(), gone = new Set(state.items.slice(state.i).filter((q) => before.includes(q) && !held.includes(q.id)));
  if (!gone.size || state.lost) return;
  state.items = state.items.filter((q) => !gone.has(q));
  counted();
  if (!gone.has(now)) return;
  show();
  say("The slit before was withdrawn: its document or its consent is gone.");
}
let staying = false; // within the station, in its other mode
$("[data-finish]").addEventListener("click", (event) => {
  if (saving.waiting) { event.preventDefault(); say("Still saving. Finish in a moment."); } else leave();
});
$("[data-leave]").addEventListener("submit", (event) => { if (saving.waiting) { event.preventDefault(); say("Still saving. Leave in a moment."); } });
for (const link of document.querySelectorAll("[data-mode]")) link.addEventListener("click", (event) => {
  if (saving.waiting) { event.preventDefault(); say("Still saving. Change in a moment."); } else staying = true;
});
addEventListener("pagehide", () => { if (!saving.waiting && !staying) leave(); });
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // what Back shows may be somebody else's by now

function lost(text, strong = "Your slits went back to the queue.", link = "Take new ones") {
  state.lost = true;
  lease.end();
  pictures.forget(); // nothing of what is no longer ours stays in this tab
  state.items.length = state.i;
  station.hidden = true;
  const nothing = make("p");
  nothing.dataset.img = "";
  $("[data-img]").replaceWith(nothing);
  notice("lost", { tone: "bad", strong, text, urgent: true, link: { address: location.pathname, text: link } });
}
takeOver(() => { if (!state.lost) lost("Only one shows slits at a time.", "You went on in another tab.", "Go on here"); });

/* ---- acts ------------------------------------------------------------------- */
const acts = {
  accept,
  alt: () => reading.cycle(1),
  undo,
  skip,
  blank: () => { if (!tooSoon() && !asksClass(item())) unreadable("blank"); },
  retype: () => { if (!asksClass(item())) reading.retype(); },
  unreadable: () => open("#unreadable"),
  pause: () => pause(),
  zoom: () => lens.step(item()),
  wider: () => { if (!asksClass(item()) && !paused()) wider.open(); },
  grid: () => $("[data-mode=grid]").click(),
  digits: () => $("[data-mode=digits]").click(),
  keys: () => open("#keys"),
};
function open(name) { const dialog = $(name); dialog.returnValue = ""; dialog.showModal(); }
document.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-kind-of]");
  if (kind) { event.preventDefault(); choose(kind.value); return; }
  const button = event.target.closest("[data-act]");
  if (button && !button.disabled) { event.preventDefault(); acts[button.dataset.act](); return; }
  const d = event.target.closest("[data-slit]") && item() && !paused() ? lens.pointed(item(), event.clientX) : undefined;
  if (d !== undefined && d < input.value.length) reading.select(d); // a finger has no Tab
});
$("[data-form]").addEventListener("submit", (event) => event.preventDefault());
for (const [name, act] of [["#unreadable", unreadable], ["#skipping", (why) => commit("skip", "skip", { why })]]) {
  $(name).addEventListener("close", (event) => {
    const why = event.target.returnValue;
    if (why && why !== "cancel") act(why);
    else station.focus();
  });
  $(name).addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key)) return;
    event.preventDefault();
    event.currentTarget.querySelectorAll("button[value]:not([hidden])")[event.key - 1]?.click();
  });
}
listen({ station, input, reading, keys, item, paused, acts, choose, undo });
wireKeys(keys, $("#keys"));
pictures.adopt(item()?.id, $("img[data-img]"));
counted();
show();
