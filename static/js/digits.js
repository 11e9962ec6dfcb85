// Digits: alike characters of many fields side by side. Who picks none says that all are as read;
// a field is decided once each of its doubtful digits was looked at.
import { toast } from "./app.js";
import { $, addresses, at, count, items as groups, make } from "./page.js";
import { Saving, formOf } from "./saving.js";
import { Desk } from "./desk.js";
import { notice } from "./notices.js";
import { mark, tally } from "./pace.js";
import { named, speak } from "./spoken.js";

const SETTLE = 250; // ms: a key held down must not confirm what nobody has seen
const section = $("[data-group]"), board = $("[data-tiles]"), over = $("[data-over]");

const state = { at: 0, done: [] };
const tasks = new Map(); // id → what is still to be looked at, how long it was, whether one is odd
for (const { id } of groups.flat()) {
  const task = tasks.get(id) ?? { left: 0, spent: 0, odd: false };
  task.left++;
  tasks.set(id, task);
}
const saving = new Saving({ saved, refused, changed: (waiting) => { $("[data-sync]").textContent = waiting ? "Saving" : "All saved"; } });
const desk = new Desk(section, saving, {
  asking: () => groups.slice(state.at).flat().map((one) => one.id),
  gone: (ids) => {
    groups.forEach((group, i) => { groups[i] = group.filter((one) => !ids.includes(one.id)); });
    while (groups[state.at] && !groups[state.at].length) state.at++;
    show();
  },
});

function show() {
  const group = groups[state.at];
  section.hidden = !group;
  over.hidden = Boolean(group);
  tally(state.done, tasks.size - state.done.length, tasks.size);
  for (const button of document.querySelectorAll("[data-act=undo]")) button.disabled = !state.done.length;
  if (!group) { finished(); return; }
  $("[data-sign]").textContent = group[0].sign;
  board.replaceChildren(...group.map(tile));
  desk.begin();
  label();
  board.firstElementChild.focus({ preventScroll: true });
  speak(`${count(group.length, "digit")} read as ${named(group[0].sign)}.`);
}

function tile({ id, at: position, sign }, i) {
  const button = make("button", { type: "button", className: "tile" });
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", `Digit ${i + 1}, read as ${named(sign)}`);
  button.append(Object.assign(new Image(64, 64), { src: `${addresses.glyph.replace(addresses.task, id)}${position}.png`, alt: "" }));
  button.tabIndex = i ? -1 : 0; // one stop for Tab, arrows within
  return button;
}

const tiles = () => [...board.children];
const isOdd = (button) => button.ariaPressed === "true";
function label() {
  const odd = tiles().filter(isOdd).length, all = tiles().length, sign = groups[state.at][0].sign;
  $("[data-confirm-label]").textContent = odd ? `The other ${all - odd} are ${sign}` : `All ${all} are ${sign}`;
}

board.addEventListener("click", (event) => {
  const button = event.target.closest(".tile");
  if (!button) return;
  button.setAttribute("aria-pressed", String(!isOdd(button)));
  label();
});
board.addEventListener("keydown", (event) => {
  const all = tiles(), i = all.indexOf(event.target);
  const across = Math.max(1, all.findIndex((one) => one.offsetTop > all[0].offsetTop));
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
  if (step === undefined || i < 0) return;
  event.preventDefault();
  const next = all[Math.min(all.length - 1, Math.max(0, i + step))];
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat && !$("dialog[open]")) { event.preventDefault(); confirm(); }
});
$("[data-confirm]").addEventListener("click", confirm);

function confirm() {
  const group = groups[state.at], spent = desk.looked;
  if (!group || desk.paused || desk.lost || spent < SETTLE) return;
  tiles().forEach((button, i) => { if (isOdd(button)) tasks.get(group[i].id).odd = true; });
  for (const id of new Set(group.map((one) => one.id))) {
    const task = tasks.get(id);
    task.spent += spent;
    task.left -= group.filter((one) => one.id === id).length;
    if (task.odd !== "said" && (task.odd || !task.left)) say(id, task);
  }
  do state.at++; while (groups[state.at]?.length === 0);
  show();
}
function say(id, task) {
  const kind = task.odd ? "skip" : "ok";
  const entry = { id, kind, address: at("say_digits", id), body: formOf({ odd: task.odd ? "on" : "", shown_ms: task.spent }), at: Date.now(), li: mark(kind) };
  if (task.odd) task.odd = "said";
  state.done.push(entry);
  saving.add(entry);
}
function saved(entry, { feedback }) {
  delete entry.li.dataset.state;
  if (feedback) notice("feedback", { tone: "hold", strong: "A known answer.", text: feedback.text, acts: [{ text: "Understood" }] });
}
async function refused(entry, status, { message }) {
  entry.li.remove();
  state.done.splice(state.done.indexOf(entry), 1);
  await desk.refused(message);
}

function finished() {
  if (!groups.length) return;
  const odd = state.done.filter((one) => one.kind === "skip").length;
  $("[data-over-title]").textContent = "All digits looked at";
  $("[data-over-text]").textContent = `${count(state.done.length - odd, "field")} decided${odd ? `, ${odd} with an odd one to read one by one` : ""}.`;
  over.focus({ preventScroll: true });
  speak($("[data-over-text]").textContent);
}
document.addEventListener("click", async (event) => {
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act === "more") { if (saving.waiting) toast("Still saving. Try again in a moment."); else desk.more({ digits: "on" }); }
  if (act !== "undo") return;
  const id = await desk.undo();
  if (!id) return;
  const entry = state.done.findLast((one) => one.id === id);
  if (entry) { entry.li.remove(); state.done.splice(state.done.indexOf(entry), 1); }
  tally(state.done, tasks.size - state.done.length, tasks.size);
  toast("Taken back. It comes one by one.");
});
show();
