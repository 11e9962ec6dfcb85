// Review station. The server renders the first slit; this module keeps eyes and hands still after
// that. Every answer is saved under a key of its own, so that sending it twice is deciding once.
import { ask, icon, sentence, toast } from "./app.js";
import { judged } from "./validators.js";
import { Pictures } from "./pictures.js";
import { align, drawMap, drawMarks } from "./slit.js";
import { drawKinds, kindOf } from "./kinds.js";

const $ = (selector) => document.querySelector(selector);
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const addresses = read("addresses");
const at = (name, id) => addresses[name].replace(addresses.task, id);

const station = $("[data-station]"), input = $("[data-value]"), ghost = $("[data-ghost]"), marks = $("[data-marks]");
const slit = $("[data-slit]"), scale = $("[data-scale]"), over = $("[data-over]"), notices = $("[data-notices]");
const SETTLE = 250; // ms: an Enter held down must not run through slits nobody has seen
const LOW = 4; // slits left when more are fetched
const FINISH = 12_000; // ms until the last decisions become final by themselves
const RETRIES = [1000, 2000, 4000, 8000, 15_000]; // ms between tries to save

const state = { items: read("items"), i: 0, zoom: 0, alt: -1, touched: new Set(), shownAt: 0, spent: 0, warned: false, retype: false, done: [], unsaved: new Set(), lease: addresses.seconds, beatAt: 0, letters: localStorage.getItem("letters") !== "off", wide: 0, total: 0, fixed: 0, lost: false };
state.total = state.items.length;
const pictures = new Pictures((id) => at("crop", id));
const item = () => state.items[state.i];
const asksClass = (q) => Boolean(q?.choices.length);
const say = toast;

/* ---- show ---------------------------------------------------------------- */
function show(restore) {
  const q = item();
  over.hidden = Boolean(q);
  station.hidden = !q;
  if (!q) return finished();
  Object.assign(state, { alt: -1, touched: new Set(), warned: false, zoom: 0, shownAt: performance.now(), spent: 0 });
  place(q);
  turn(q);
  $("[data-name]").textContent = q.name;
  $("[data-kind-label]").textContent = q.label;
  const sens = $("[data-sens] .sens");
  sens.dataset.level = q.sens;
  sens.textContent = ["Public", "Internal", "Personal", "Special"][q.sens];
  $("[data-missing]").hidden = q.reason !== "missing";
  $("[data-warnings]").textContent = q.warnings.join(" ");
  $("[data-share]").textContent = q.picture ? `${q.share} % of the page shown` : "No slit";
  $("[data-accept-label]").textContent = q.value ? "Accept" : "Submit";
  input.value = restore ?? q.value;
  drawMap($("[data-map]"), q);
  drawMarks(marks, q);
  zoom(0);
  refresh();
  station.focus({ preventScroll: true });
  pictures.expect(state.items.slice(state.i + 1, state.i + 3).filter((next) => next.picture).map((next) => next.id));
}

/** A value is typed, a class is chosen: show what belongs to the question, and only that. */
function turn(q) {
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = (part.dataset.for === "class") !== asksClass(q);
  slit.toggleAttribute("data-tall", asksClass(q));
  $("[data-unreadable-label]").textContent = asksClass(q) ? "Can't tell" : "Can't read";
  $("#unreadable-t").textContent = asksClass(q) ? "Why can't it be told?" : "Why can't it be read?";
  drawKinds($("[data-kinds]"), q.choices);
}

/** Put the decoded picture itself in place, so that it is neither fetched nor decoded again. */
function place(q) {
  const shown = $("[data-img]");
  let next;
  if (q.picture) {
    next = pictures.take(q.id);
    next.width = q.w;
    next.height = q.h;
    next.alt = asksClass(q) ? "Slit of the document's header; its body is closed" : `Slit from the document showing one ${q.name.toLowerCase()}${q.doubts.length ? `, ${q.doubts.length} character${q.doubts.length > 1 ? "s" : ""} hard to read` : ""}`;
    next.onerror = () => unseen(q);
  } else {
    next = Object.assign(document.createElement("p"), { className: "muted", textContent: "There is no place on the page to show for this field." });
  }
  next.dataset.img = "";
  next.classList.add("pulse");
  shown.leave?.();
  if (next !== shown) shown.replaceWith(next);
  delete slit.dataset.wide;
}
function unseen(q) {
  if (item() === q) say("This slit could not be loaded. Skip it, or take new ones.");
}

function refresh() {
  const q = item(), v = input.value;
  if (asksClass(q)) return refreshKinds(q);
  const text = document.createElement("span");
  ghost.replaceChildren(text);
  const open = v.length === q.value.length ? q.doubts.filter((d) => v[d] === q.value[d] && !state.touched.has(d)) : [];
  [...v].forEach((c, i) => {
    if (open.includes(i)) text.append(Object.assign(document.createElement("mark"), { textContent: c }));
    else text.append(c);
  });
  input.size = Math.max(12, v.length + 2);
  const r = judged(q, v);
  const out = $("[data-verdict]");
  out.dataset.tone = r.weak ? "idle" : r.tone;
  if (out.textContent !== r.text) out.textContent = r.text;
  input.setAttribute("aria-invalid", r.tone === "bad");
  station.setAttribute("aria-label", `${q.name}: ${v || "no suggestion"}. ${r.text}. Enter accepts, Tab corrects, question mark lists all keys.`);
  $("[data-doubts]").textContent = open.length ? `Doubtful: ${open.map((d) => `character ${d + 1}, ${v[d]}`).join("; ")}` : "No doubtful characters left";
  hint(q, v);
  return r;
}
function refreshKinds(q) {
  station.setAttribute("aria-label", `${q.name} ${q.choices.length} kinds, likeliest first. Press the key of one, or Tab to choose. Question mark lists all keys.`);
  return { tone: "idle", text: "" };
}
function hint(q, v) {
  const best = q.alts.find((a) => a !== v && q.passing.includes(a));
  const place = $("[data-alt]");
  place.replaceChildren();
  if (!q.alts.length) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "linklike" });
  button.dataset.act = "alt";
  button.append(Object.assign(document.createElement("kbd"), { textContent: "↓" }));
  const passes = best && !q.passing.includes(v);
  button.append(passes ? " Another reading passes the checks" : ` ${q.alts.length} other reading${q.alts.length > 1 ? "s" : ""}`);
  place.append(button);
}

/* ---- correct -------------------------------------------------------------- */
function caret(d) {
  input.focus({ preventScroll: true });
  input.setSelectionRange(d, d + 1);
}
function nextDoubt(from, dir = 1) {
  const open = item().doubts.filter((d) => !state.touched.has(d) && d < input.value.length && (dir > 0 ? d > from : d < from));
  return dir > 0 ? open[0] : open.at(-1);
}
function cycle(dir) {
  const q = item();
  if (!q.alts.length) return;
  const ring = [q.value, ...q.alts]; // the server puts those first that pass the checks
  state.alt = (Math.max(state.alt, 0) + dir + ring.length) % ring.length;
  input.value = ring[state.alt];
  refresh();
}
const narrow = () => innerWidth < 720;
function zoom(step) {
  const q = item();
  if (!q?.picture) return;
  if (asksClass(q)) { scale.style.removeProperty("--zoom"); scale.style.removeProperty("--pan"); return; } // it is shown whole
  state.zoom = step === 0 ? 0 : (state.zoom + 1) % 3;
  const d = q.doubts[0];
  const fit = Math.min(q.win[2] > 0.55 ? 0.96 / q.win[2] : 1.22, (slit.clientHeight * q.w) / (q.h * scale.clientWidth * Math.min(1, q.win[3] * 1.5)));
  const z = narrow() ? [1, 1.4, 2][state.zoom] : [fit, fit * 1.5, Math.max(3.2, fit * 2)][state.zoom];
  const onto = state.zoom === 2 && d !== undefined && q.boxes.length ? q.boxes[d] : null;
  scale.style.setProperty("--zoom", z);
  scale.style.setProperty("--pan", !narrow() && onto ? `${(0.5 - onto[0] - onto[1] / 2) * z * 100}%` : "0%");
  if (narrow()) slit.scrollLeft = (onto ? onto[0] - 0.15 : q.win[0]) * scale.clientWidth * z - 12;
  else align(q, fit, scale, input);
  $("[data-zoom-label]").textContent = ["Zoom", "Closer", "Character"][state.zoom];
}
addEventListener("resize", () => item() && zoom(0));
if (narrow()) slit.tabIndex = 0; // it scrolls sideways on a phone

/* ---- decide --------------------------------------------------------------- */
const looked = () => Math.round(state.spent + (paused() ? 0 : performance.now() - state.shownAt));
const paused = () => "paused" in slit.dataset;
function pause(on = !paused()) {
  if (on === paused() || !item()) return;
  if (on) { state.spent += performance.now() - state.shownAt; slit.dataset.paused = ""; } else { delete slit.dataset.paused; state.shownAt = performance.now(); }
  input.parentElement.hidden = on;
  station.focus({ preventScroll: true });
}
addEventListener("visibilitychange", () => { if (document.hidden) pause(true); }); // nothing stays readable in a hidden tab
function accept() {
  if (paused() || performance.now() - state.shownAt < SETTLE) return;
  const q = item(), r = refresh();
  if (asksClass(q)) { say("Press the key of a kind, or E if the header does not tell"); return; }
  if (!input.value.trim()) { say("Type what you see, or press E if you can't read it"); return; }
  if (r.tone === "bad" && !state.warned) {
    state.warned = true;
    $("[data-verdict]").textContent = `${r.text}. Enter again if the paper really says so`;
    return;
  }
  const same = input.value === q.value;
  commit("decide", same ? "ok" : "fixed", { value: input.value, suggested: same ? "on" : "", overrides: r.tone === "bad" || state.warned ? "on" : "" });
}
function choose(doctype) {
  if (paused() || performance.now() - state.shownAt < SETTLE) return;
  commit("choose", "ok", { doctype });
}
function commit(verb, kind, said) {
  const q = item();
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...said, key: crypto.randomUUID(), shown_ms: looked() })) if (value !== "") body.append(name, value);
  const entry = { q, kind, value: input.value, body, verb, at: Date.now(), li: document.createElement("li") };
  entry.li.dataset.kind = kind;
  entry.li.dataset.state = "sending";
  state.done.push(entry);
  const tape = $("[data-tape]");
  tape.append(entry.li);
  while (tape.children.length > 30) tape.firstChild.remove();
  state.i++;
  tally();
  show(); // the next slit is up before this one is saved
  save(entry);
  if (state.items.length - state.i <= LOW) more();
}
async function save(entry, tries = 0) {
  state.unsaved.add(entry);
  sync();
  let answer;
  try { answer = await ask(at(entry.verb, entry.q.id), { body: entry.body, keepalive: true }); } catch { answer = null; }
  if (!answer || answer.status >= 500) { again(entry, tries); return; }
  state.unsaved.delete(entry);
  offline(false);
  if (answer.ok) { delete entry.li.dataset.state; sync(); return; }
  entry.li.remove();
  state.done.splice(state.done.indexOf(entry), 1);
  sync();
  refused(entry, answer.status, await sentence(answer));
}
function again(entry, tries) {
  offline(true);
  setTimeout(() => save(entry, tries + 1), RETRIES[Math.min(tries, RETRIES.length - 1)]);
}
function refused(entry, status, text) {
  if (/check fails/i.test(text)) { state.items.splice(state.i, 0, entry.q); show(entry.value); state.warned = true; say(text); return; }
  if (status === 401 || status === 409 || status === 404) { lost(text); return; }
  say(text);
}
async function undo() {
  const last = state.done.at(-1);
  if (!last) return;
  if (state.unsaved.has(last)) { say("Still saving. Try again in a moment."); return; }
  const answer = await ask(addresses.undo).catch(() => null);
  if (!answer?.ok) { say(answer ? await sentence(answer) : "You are offline. Undo again in a moment."); return; }
  state.done.pop();
  last.li.remove();
  const where = state.items.indexOf(last.q);
  if (where >= 0 && where < state.i) { state.items.splice(where, 1); state.i--; }
  state.items.splice(state.i, 0, last.q);
  tally();
  show(last.kind === "ok" || last.kind === "fixed" ? last.value : undefined);
  say("Taken back");
}
function tally() {
  const decided = state.done.filter((d) => d.kind !== "skip"), fixed = decided.filter((d) => d.kind === "fixed").length;
  $("[data-tally]").textContent = `${decided.length} decided${fixed ? `, ${fixed} corrected` : ""}`;
  $("[data-left]").textContent = state.items.length - state.i;
  const bar = $("[data-progress]");
  bar.max = state.items.length;
  bar.value = state.i;
  for (const button of document.querySelectorAll("[data-act='undo']")) button.disabled = !state.done.length;
  const recent = state.done.filter((d) => Date.now() - d.at < 300_000);
  $("[data-pace-box]").hidden = recent.length < 8;
  if (recent.length > 7) $("[data-pace]").textContent = Math.round((recent.length / Math.max((Date.now() - recent[0].at) / 1000, 1)) * 3600).toLocaleString("en-GB");
}
function sync() {
  $("[data-sync]").textContent = state.unsaved.size ? "Saving" : "All saved";
}

/* ---- more, and the end ------------------------------------------------------ */
let fetching = false;
async function more() {
  if (fetching || state.lost) return;
  fetching = true;
  const answer = await ask(addresses.claim).catch(() => null);
  fetching = false;
  if (!answer?.ok) return;
  const { items, seconds } = await answer.json();
  if (state.lost) return; // lost while they were on their way
  state.lease = seconds;
  const seen = new Set([...state.items.map((q) => q.id)]);
  const wasOver = !item();
  state.items.push(...items.filter((q) => !seen.has(q.id)));
  tally();
  if (wasOver && item()) show();
}
let finishing = 0;
function finished() {
  $("[data-over-text]").textContent = `You decided ${state.done.length} slit${state.done.length === 1 ? "" : "s"}. The last ones can be taken back for a moment.`;
  clearTimeout(finishing);
  finishing = setTimeout(() => { if (!item() && !state.unsaved.size) leave(); }, FINISH);
  more();
}
function leave() {
  if (!state.lost) ask(addresses.release, { keepalive: true }).catch(() => {}); // decisions become final, the rest goes back
}
$("[data-finish]").addEventListener("click", leave);
$("[data-leave]").addEventListener("submit", (event) => { if (state.unsaved.size) { event.preventDefault(); say("Still saving. Leave in a moment."); } });
addEventListener("pagehide", () => { if (!state.unsaved.size) leave(); });
addEventListener("beforeunload", (event) => { if (state.unsaved.size) event.preventDefault(); });

/* ---- notices ---------------------------------------------------------------- */
function notice(name, tone, strong, text, address, link) {
  notices.querySelector(`[data-notice="${name}"]`)?.remove();
  if (!strong) return;
  const box = Object.assign(document.createElement("div"), { className: "notice" });
  Object.assign(box.dataset, { tone, notice: name });
  box.setAttribute("role", "alert");
  const p = document.createElement("p");
  p.append(Object.assign(document.createElement("strong"), { textContent: strong }), ` ${text} `);
  if (address) p.append(Object.assign(document.createElement("a"), { href: address, textContent: link }));
  box.append(icon("alert"), p);
  notices.append(box);
}
function offline(on) {
  const waiting = state.unsaved.size;
  notice("offline", "warn", on ? "The portal does not answer." : "", `${waiting} decision${waiting === 1 ? "" : "s"} wait${waiting === 1 ? "s" : ""} in this tab and ${waiting === 1 ? "is" : "are"} sent when it is back. Don't close it.`);
}
function lost(text) {
  state.lost = true;
  pictures.forget(); // nothing of what is no longer ours stays in this tab
  state.items.length = state.i;
  station.hidden = true;
  notice("lost", "bad", "Your slits went back to the queue.", text, location.pathname, "Take new ones");
}

/* ---- acts ------------------------------------------------------------------- */
const acts = {
  accept,
  alt: () => cycle(1),
  undo,
  skip: () => commit("skip", "skip", {}),
  unreadable: () => open("#unreadable"),
  pause: () => pause(),
  zoom: () => zoom(1),
  wider,
};
function open(name) { const dialog = $(name); dialog.returnValue = ""; dialog.showModal(); }
document.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-kind-of]");
  if (kind) { event.preventDefault(); choose(kind.value); return; }
  const button = event.target.closest("[data-act]");
  if (!button || button.disabled) return;
  event.preventDefault();
  acts[button.dataset.act]();
});
$("[data-form]").addEventListener("submit", (event) => event.preventDefault());
$("#unreadable").addEventListener("close", (event) => {
  const trouble = event.target.returnValue;
  if (!trouble || trouble === "cancel") { station.focus(); return; }
  commit("unreadable", trouble === "blank" ? "ok" : "esc", { trouble });
  say(trouble === "blank" ? "Recorded: nothing is written there" : "Sent to your lead");
});
$("#unreadable").addEventListener("keydown", (event) => {
  const shown = event.currentTarget.querySelectorAll("button[value]:not([hidden])");
  if (/^[1-4]$/.test(event.key)) { event.preventDefault(); shown[event.key - 1]?.click(); }
});
const form = $("[data-wider-form]");
async function wider() {
  if (asksClass(item())) return;
  const answer = await ask(at("more", item().id), { method: "GET" }).catch(() => null);
  if (!answer?.ok) { say(answer ? await sentence(answer) : "You are offline."); return; }
  form.innerHTML = await answer.text(); // which steps may be taken now, as the server renders them
  open("#wider");
}
$("#wider").addEventListener("close", async (event) => {
  station.focus();
  if (event.target.returnValue !== "ok") return;
  const q = item(), body = new FormData(form);
  const answer = await ask(at("more", q.id), { body }).catch(() => null);
  if (!answer?.ok) { say(answer ? await sentence(answer) : "You are offline."); return; }
  const { src, seconds, message } = await answer.json();
  if (message) say(message);
  else if (item() === q) showMore(q, body.get("step"), src, seconds);
});
function showMore(q, step, src, seconds) {
  report(q, "slit", looked());
  Object.assign(state, { spent: 0, shownAt: performance.now() });
  const picture = new Image();
  const title = { wider: "Wider slit", line: "Whole line", page: "Whole page" }[step];
  picture.alt = `${title} around one ${q.name.toLowerCase()}`;
  picture.dataset.img = "";
  picture.src = src;
  picture.onerror = () => { say("This could not be shown. Ask again if you need it."); if (item() === q) show(input.value); };
  $("[data-img]").replaceWith(picture);
  marks.replaceChildren();
  scale.style.setProperty("--zoom", 1);
  scale.style.setProperty("--pan", "0%");
  slit.dataset.wide = step;
  $("[data-share]").textContent = `${title}, ${seconds} s. Recorded.`;
  const began = performance.now();
  picture.leave = () => report(q, step, performance.now() - began);
  clearTimeout(state.wide);
  state.wide = setTimeout(() => { if (item() === q) show(input.value); }, seconds * 1000);
}
const told = new Set();
/** What a lead answered, said once: the slit is still among those that are held. */
function tell(answers) {
  for (const { key, id, step, state: answered } of answers) {
    const q = state.items.find((one) => one.id === id);
    if (!q || told.has(key)) continue;
    told.add(key);
    say(answered === "given" ? `${q.name}: your lead said yes to the ${step}. Press W at its slit.` : `${q.name}: your lead said no to the ${step}.`);
  }
}
/** What was on screen, for how long: also of what was left without an answer. */
function report(q, step, ms) {
  const body = new URLSearchParams({ step, ms: Math.round(ms) });
  if (q.picture && ms > 0) ask(at("shown", q.id), { body, keepalive: true }).catch(() => {});
}
addEventListener("pagehide", () => { const q = item(); if (!q) return; const wide = $("[data-img]").leave; if (wide) wide(); else report(q, "slit", looked()); });
const letters = $("[data-letters]");
letters.checked = state.letters;
letters.addEventListener("change", () => { state.letters = letters.checked; localStorage.setItem("letters", letters.checked ? "on" : "off"); });

/* ---- keys ------------------------------------------------------------------- */
const COMMANDS = { s: "skip", e: "unreadable", u: "undo", z: "zoom", w: "wider", p: "pause" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
  if (event.target === over || over.contains(event.target) || (!item() && event.key.toLowerCase() === "u")) { if (event.key.toLowerCase() === "u" && state.letters) undo(); return; }
  const typing = event.target === input, looking = event.target === station;
  if (!item() || (!typing && !looking)) return;
  const stop = () => event.preventDefault();
  if (asksClass(item()) && (state.letters || /^[0-9]$/.test(event.key))) {
    const kind = kindOf(item().choices, event.key);
    if (kind) { stop(); if (!event.repeat) choose(kind.value); return; }
  }
  if (event.key === "Enter") { stop(); if (!event.repeat) accept(); return; }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { stop(); cycle(event.key === "ArrowDown" ? 1 : -1); return; }
  if (event.key === "Tab") {
    const from = looking ? (event.shiftKey ? Infinity : -1) : event.shiftKey ? input.selectionStart : input.selectionEnd - 1;
    const d = looking && event.shiftKey ? undefined : nextDoubt(from, event.shiftKey ? -1 : 1);
    if (d !== undefined) { stop(); caret(d); }
    return; // none left: Tab leaves the field as it always does, so nobody is trapped
  }
  if (typing) {
    if (event.key === "Escape") { stop(); input.value = item().value; state.alt = -1; state.touched.clear(); refresh(); station.focus(); }
    return;
  }
  if (/^[0-9]$/.test(event.key)) { stop(); if (!asksClass(item())) overwrite(event.key); return; }
  if (!state.letters) return;
  const command = COMMANDS[event.key.toLowerCase()];
  if (command) { stop(); acts[command](); }
  else if (event.key.toLowerCase() === "r") { stop(); state.retype = true; input.focus(); input.select(); }
  else if (event.key === "?") { stop(); open("#keys"); }
});
function overwrite(digit) {
  const d = nextDoubt(-1);
  if (d === undefined) { input.focus(); input.setRangeText(digit, input.value.length, input.value.length, "end"); return refresh(); }
  input.setRangeText(digit, d, d + 1, "end");
  state.touched.add(d);
  const next = nextDoubt(d);
  if (next !== undefined) caret(next);
  else { input.focus(); input.setSelectionRange(d + 1, d + 1); }
  return refresh();
}
// Arriving by Tab selects everything in most browsers: one stray key would wipe the reading.
input.addEventListener("focus", () => requestAnimationFrame(() => {
  const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  if (all && !state.retype && input.value) input.setSelectionRange(input.value.length, input.value.length);
  state.retype = false;
}));
input.addEventListener("input", () => {
  const q = item();
  state.warned = false;
  if (input.value.length === q.value.length) {
    const p = input.selectionEnd - 1;
    if (q.doubts.includes(p)) {
      state.touched.add(p);
      const next = nextDoubt(p);
      if (next !== undefined) caret(next);
    }
  }
  refresh();
});

/* ---- lease: any key renews it, at most every 30 s; warns once, politely ------- */
async function beat() {
  if (state.lost || Date.now() - state.beatAt < 30_000) return;
  state.beatAt = Date.now();
  const answer = await ask(addresses.heartbeat).catch(() => null);
  if (answer?.ok) {
    const { seconds, answers } = await answer.json();
    state.lease = seconds;
    tell(answers);
  } else if (answer && (answer.status === 409 || answer.status === 401)) lost(answer.status === 401 ? "You were signed out." : "Your claim ran out.");
}
for (const name of ["keydown", "pointerdown"]) addEventListener(name, beat);
const showLease = () => { $("[data-lease]").textContent = `${Math.floor(state.lease / 60)}:${String(state.lease % 60).padStart(2, "0")}`; };
showLease();
setInterval(() => {
  state.lease = Math.max(0, state.lease - 1);
  showLease();
  if (state.lease === 60) say("These slits go back to the queue in a minute. Any key keeps them.");
  if (state.lease === 0 && !state.lost && item()) lost("Your claim ran out.");
}, 1000);

pictures.adopt(item()?.id, $("img[data-img]"));
tally();
show();
