// Upload: checks in the browser first, so that refused files never leave the computer; then one
// request a file, each with its own progress, so that one refused file blocks no other.
import { ask, icon, toast } from "./app.js";

const form = document.querySelector("[data-upload]");
const drop = form.querySelector("[data-drop]");
const picker = form.querySelector("#id_files");
const card = form.querySelector("[data-list]");
const list = form.querySelector("[data-files]");
const submit = form.querySelector("[data-submit]");
const after = form.querySelector("[data-after]");
const LARGEST = Number(form.dataset.largest) * 2 ** 20;
const MOST = Number(form.dataset.most);
const AT_ONCE = 3; // requests in flight
const ICONS = { ok: "check", info: "clock", warn: "copy", bad: "alert" };

// The same beginnings the server accepts; it checks them again.
const BEGINNINGS = [
  [0, "%PDF-"], [0, "\x89PNG\r\n\x1a\n"], [0, "\xff\xd8\xff"], [0, "II*\0"], [0, "MM\0*"], [0, "II+\0"], [0, "MM\0+"], [4, "ftyp"],
];

const entries = []; // { file, row, tone, digest, again, sending }

drop.dataset.scripted = "";
drop.querySelector("[data-scripted]").hidden = false;
form.querySelector("[data-unscripted]").hidden = true;
picker.required = false;

for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.dataset.over = ""; });
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (event) => { event.preventDefault(); delete drop.dataset.over; });
drop.addEventListener("drop", (event) => add(event.dataTransfer.files));
picker.addEventListener("change", () => { const files = [...picker.files]; picker.value = ""; add(files); });

async function add(files) {
  for (const file of files) {
    if (entries.length >= MOST) { toast(`Up to ${MOST} files at once. The rest was left out.`); break; }
    const entry = { file, tone: "info" };
    entries.push(entry);
    entry.row = draw(entry);
    list.append(entry.row);
  }
  count();
  await Promise.all(entries.filter((entry) => entry.tone === "info" && !entry.checked).map(check));
  await warnOfKnown();
  count();
}

async function check(entry) {
  entry.checked = true;
  const { file } = entry;
  if (!file.size) return say(entry, "bad", "Empty.", "Choose the file again.");
  if (file.size > LARGEST) return say(entry, "bad", `Larger than ${form.dataset.largest} MB.`, "Split it, or scan at 300 dpi.");
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (!BEGINNINGS.some(([at, text]) => head.startsWith(text, at))) return say(entry, "bad", "Not a document we read.", "Use PDF, JPEG, PNG, TIFF or HEIC.");
  entry.digest = await digest(file);
  if (entries.some((other) => other !== entry && other.digest === entry.digest && other.tone !== "bad")) return say(entry, "warn", "Twice in this list.", "It is sent once.");
  return say(entry, "ok", "", "");
}

async function digest(file) {
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Fingerprints, not contents, are compared; the server answers for what the person may see.
async function warnOfKnown() {
  const fresh = entries.filter((entry) => entry.digest && entry.tone === "ok" && !entry.asked);
  if (!fresh.length) return;
  const body = new FormData();
  for (const entry of fresh) { entry.asked = true; body.append("digest", entry.digest); }
  const answer = await ask(form.dataset.known, { body }).catch(() => null);
  if (!answer?.ok) return;
  const { known } = await answer.json();
  for (const entry of fresh) if (known[entry.digest]) offer(entry, known[entry.digest]);
}

function offer(entry, reference) {
  say(entry, "warn", "Already sent", `as job ${reference}.`);
  const note = entry.row.querySelector(".file-note");
  note.append(" ", button("Leave it out", () => remove(entry)), " · ", button("Send it anyway", () => { entry.again = true; say(entry, "ok", "", ""); count(); }));
}

function draw(entry) {
  const row = element("div", "file");
  row.dataset.tone = entry.tone;
  const name = element("div", "row gap-2");
  const mark = element("span", "tone");
  mark.append(icon(ICONS[entry.tone]));
  name.append(mark, element("span", "strong break", entry.file.name), element("span", "sm muted nowrap", size(entry.file.size)));
  const acts = element("div", "file-acts");
  const away = button("", () => remove(entry));
  away.className = "btn";
  Object.assign(away.dataset, { kind: "quiet", square: "" });
  away.setAttribute("aria-label", `Remove ${entry.file.name}`);
  away.append(icon("x"));
  acts.append(away);
  row.append(name, acts);
  return row;
}

function say(entry, tone, head, text) {
  entry.tone = tone;
  entry.row.dataset.tone = tone;
  entry.row.querySelector(".tone").replaceChildren(icon(ICONS[tone]));
  entry.row.querySelector(".file-note")?.remove();
  if (!head && !text) return;
  const note = element("p", "file-note sm");
  note.append(element("span", "tone strong", head), ` ${text}`);
  entry.row.append(note);
}

function remove(entry) {
  entries.splice(entries.indexOf(entry), 1);
  entry.row.remove();
  count();
  picker.focus();
}

const ready = () => entries.filter((entry) => entry.tone === "ok" && !entry.sent);

function count() {
  const need = entries.filter((entry) => entry.tone === "bad" || entry.tone === "warn").length;
  const sent = entries.filter((entry) => entry.sent).length;
  card.hidden = !entries.length;
  card.querySelector("#fl").textContent = plural(entries.length, "file");
  card.querySelector("[data-summary]").textContent = [ready().length && `${ready().length} ready`, sent && `${sent} sent`, need && `${need} need${need === 1 ? "s" : ""} you`].filter(Boolean).join(", ");
  card.querySelector("[data-size]").textContent = size(entries.reduce((sum, entry) => sum + entry.file.size, 0));
  submit.textContent = ready().length ? `Send ${plural(ready().length, "file")}` : "Send";
  after.textContent = need ? `The ${plural(need, "file")} that need${need === 1 ? "s" : ""} you stay${need === 1 ? "s" : ""} here.` : "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!ready().length) { toast("Choose at least one file that can be sent."); picker.focus(); return; }
  submit.disabled = true;
  const queue = ready();
  const workers = Array.from({ length: AT_ONCE }, async () => {
    while (queue.length) if (!(await send(queue.shift()))) queue.length = 0; // signed out: the rest stays
  });
  await Promise.all(workers);
  submit.disabled = false;
  count();
  const sent = entries.filter((entry) => entry.sent);
  if (sent.length && sent.length === entries.length) location.assign(sent.length === 1 ? sent[0].address : form.dataset.jobs);
});

/** Send one file; false if the person was signed out and nothing more can be sent. */
function send(entry) {
  const body = new FormData(form);
  body.delete("files");
  if (boxes().every((box) => box.checked)) body.delete("fields_wanted"); // all is what is read anyway
  if (entry.again) body.set("again", "on");
  body.append("files", entry.file, entry.file.name);
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  bar.setAttribute("aria-label", `${entry.file.name}, sending`);
  entry.row.querySelector(".file-acts").replaceChildren();
  entry.row.append(bar);
  return new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much was sent
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.body.dataset.csrf);
    request.upload.addEventListener("progress", (event) => { bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 50; });
    request.addEventListener("loadend", () => { bar.remove(); done(finished(entry, request)); });
    request.send(body);
  });
}

function finished(entry, request) {
  let said = {};
  try { said = JSON.parse(request.responseText); } catch { /* a proxy's page, or nothing */ }
  if (request.status === 201) {
    entry.sent = true;
    entry.address = said.address;
    say(entry, "ok", "Sent, encrypted.", "");
    entry.row.querySelector(".file-note").append(Object.assign(document.createElement("a"), { href: said.address, textContent: `Job ${said.reference}` }));
  } else {
    say(entry, request.status === 0 ? "warn" : "bad", request.status === 0 ? "The connection broke." : "Not sent.", said.message ?? "Try again in a moment. Nothing was kept.");
    if (request.status === 0) entry.tone = "ok"; // sending again is safe: the portal knows the file
  }
  count();
  if (request.status === 401) toast(said.message);
  return request.status !== 401;
}

const element = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });
const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const size = (bytes) => (bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 2 ** 20).toFixed(1)} MB`);
function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "linklike", textContent: text });
  made.addEventListener("click", act);
  return made;
}

// The fields on offer are those of the chosen kind, or of the kinds the purpose usually concerns.
// All are chosen until one is taken away; bases that cannot carry the purpose cannot be chosen, and
// a transcript is offered only where the purpose allows one.
const kind = form.querySelector("[data-doctype]"), purpose = form.querySelector("[data-purpose]");
const whole = form.querySelector("[data-transcript]");
const boxes = () => [...form.querySelectorAll("[data-class]:not([hidden]) input")];
function offerFields() {
  const usual = purpose.selectedOptions[0].dataset;
  const wanted = kind.value ? [kind.value] : usual.classes.split(" ");
  for (const group of form.querySelectorAll("[data-class]")) {
    group.hidden = !wanted.includes(group.dataset.class);
    for (const box of group.querySelectorAll("input")) { box.disabled = group.hidden; box.checked = !group.hidden; }
  }
  whole.hidden = !("text" in usual);
  if (whole.hidden) whole.querySelector("input").checked = false;
  const bases = [...form.querySelectorAll("[name=basis]")];
  for (const basis of bases) basis.disabled = !usual.bases.split(" ").includes(basis.value);
  if (!bases.some((basis) => basis.checked && !basis.disabled)) bases.find((basis) => !basis.disabled).checked = true;
}
for (const select of [kind, purpose]) select.addEventListener("change", offerFields);
offerFields();
addEventListener("beforeunload", (event) => { if (submit.disabled) event.preventDefault(); });
if (picker.files.length) picker.dispatchEvent(new Event("change")); // chosen before this module ran, or kept by the browser
