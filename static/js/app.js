// Loaded on every page: theme, dialogs, toast, countdowns. No framework, no inline handlers.
const root = document.documentElement;
const YEAR = 365 * 24 * 3600; // seconds

function setTheme(theme) {
  root.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`; // the server draws the next page in it
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(dark ? "light" : "dark");
  }
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault(); // without this script the link leads to a page of its own
    dialog.returnValue = "";
    dialog.showModal();
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close("cancel");
  if (event.target.closest("[data-print]")) print();
  if (event.target instanceof HTMLDialogElement) event.target.close("cancel"); // the backdrop
});

// A destructive button arms only when the typed name matches; the server checks it again.
for (const input of document.querySelectorAll("[data-match]")) {
  const button = input.closest("form").querySelector("[data-armed]");
  const arm = () => { button.disabled = input.value.trim().toUpperCase() !== input.dataset.match; };
  input.addEventListener("input", arm);
  arm();
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

let toastTimer;
export function toast(text) {
  const element = document.getElementById("toast");
  element.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { element.textContent = ""; }, 4000);
}

/** An icon of the sprite that the page already uses. */
export function icon(name) {
  const made = document.querySelector("svg.icon").cloneNode(true);
  made.removeAttribute("role");
  made.setAttribute("aria-hidden", "true");
  const use = made.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
  return made;
}

/** A request to the portal that answers in JSON; the token proves that it is ours. */
export function ask(address, { method = "POST", body, keepalive = false } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = document.body.dataset.csrf;
  return fetch(address, { method, body, headers, keepalive, credentials: "same-origin", redirect: "error" });
}

/** The sentence of an answer that is no success. */
export async function sentence(answer) {
  try { return (await answer.json()).message; } catch { return "The portal did not answer. Try again in a moment."; }
}

// Retention countdowns tick once a minute; the server's date is the truth.
for (const element of document.querySelectorAll("[data-countdown]")) {
  const end = Date.now() + Number(element.dataset.countdown) * 1000;
  setInterval(() => {
    const minutes = Math.max(0, Math.round((end - Date.now()) / 60000));
    const hours = Math.floor(minutes / 60);
    if (minutes < 1) element.textContent = "being erased";
    else if (hours < 48) element.textContent = hours ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min` : `${minutes} min`;
  }, 60000);
}
