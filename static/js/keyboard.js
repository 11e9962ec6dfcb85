// What the keys of the station do. While looking, letters are commands and digits correct; while
// typing, only Enter, Tab, Esc and the arrows mean more than themselves.
import { $ } from "./page.js";
import { asksClass } from "./question.js";
import { kindOf } from "./kinds.js";

/** Listen for keys; `desk` says what is asked and does what they mean. */
export function listen(desk) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("dialog[open]")) return;
    if (!desk.item()) { if (desk.keys.command(event.key) === "undo") desk.undo(); return; }
    const looking = event.target === desk.station, typing = event.target === desk.input;
    const used = (looking && look(desk, event)) || (typing && type(desk, event)) || ((looking || typing) && either(desk, event, looking));
    if (used) event.preventDefault();
  });
}

function look({ item, keys, acts, choose, paused, reading }, { key, repeat }) {
  const q = item(), digit = /^[0-9]$/.test(key), command = keys.command(key);
  const kind = asksClass(q) && (keys.on || digit) ? kindOf(q.choices, key) : undefined;
  if (kind) { if (!repeat) choose(kind.value); }
  else if (command) { if (!repeat) acts[command](); }
  else if (key === "?" && keys.on) acts.keys();
  else if (digit) { if (!asksClass(q) && !paused()) reading.overwrite(key); }
  else return false;
  return true;
}

function type({ reading, station }, { key }) {
  if (key !== "Escape") return false;
  reading.putBack();
  station.focus();
  return true;
}

function either({ acts, reading, input, paused }, { key, repeat, shiftKey }, looking) {
  if (key === "Enter") { if (!repeat) acts.accept(); return true; }
  if (key === "ArrowDown" || key === "ArrowUp") { if (!paused()) reading.cycle(key === "ArrowDown" ? 1 : -1); return true; }
  if (key !== "Tab" || paused() || (looking && shiftKey)) return false;
  const d = looking ? reading.next(-1) : reading.next(shiftKey ? input.selectionStart : input.selectionEnd - 1, shiftKey ? -1 : 1);
  if (d !== undefined) reading.select(d);
  return d !== undefined; // none left: Tab leaves the field as it always does, so nobody is trapped
}
