// Reveal with a reason: the value arrives only after the reason is recorded, and leaves again.
import { ask, sentence, toast } from "./app.js";

const dialog = document.getElementById("reveal");
const form = dialog.querySelector("[data-reveal-form]");
const title = dialog.querySelector("h2");
let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-reveal]");
  if (!link) return;
  event.preventDefault(); // without this script the link leads to a page of its own
  opener = link;
  title.textContent = `Reveal ${link.dataset.title}?`;
  form.reset();
  dialog.showModal();
});
dialog.addEventListener("close", () => opener?.focus());

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const asked = opener;
  dialog.close("ok");
  const answer = await ask(asked.dataset.address, { body: new FormData(form) });
  if (!answer.ok) { toast(await sentence(answer)); return; }
  const { value, seconds } = await answer.json();
  show(asked, value, seconds);
});

function show(asked, value, seconds) {
  const cell = asked.closest("[data-field]").querySelector("[data-mask]");
  const hidden = [...cell.childNodes];
  const open = Object.assign(document.createElement("span"), { className: "masked", textContent: value });
  open.dataset.open = "";
  cell.replaceChildren(open);
  toast(`${asked.dataset.title} is visible for ${seconds} seconds. Recorded.`);
  const hide = () => {
    cell.replaceChildren(...hidden);
    removeEventListener("blur", hide);
    document.removeEventListener("visibilitychange", hide);
    clearTimeout(timer);
  };
  const timer = setTimeout(hide, seconds * 1000);
  addEventListener("blur", hide); // switching windows hides it at once
  document.addEventListener("visibilitychange", hide);
}
