// Opens the tickets of the list beside it, where the page is wide enough and its reader wants it. Without
// JavaScript, or on a narrow page, the rows lead to the pages of the tickets.

const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

// The link of the row whose ticket is shown, or is being loaded.
let current = null;

const findPane = () => document.querySelector("[data-hd-pane]");
const findTitle = (pane) => pane.querySelector("#hd-pane-title");

/** Return whether there is room: the style sheet shows the pane beside a wide list alone. */
export function hasRoom(pane) {
  const { hidden } = pane;
  pane.hidden = false;
  const isShown = window.getComputedStyle(pane).display !== "none";
  pane.hidden = hidden;
  return isShown;
}

async function fetchPart(address) {
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": "hd-pane" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return response.ok && page.querySelector("[data-hd-pane-content]");
  } catch {
    return null;
  }
}

function setCurrent(link) {
  current?.closest(".hd-row")?.removeAttribute("aria-current");
  current = link;
  link?.closest(".hd-row").setAttribute("aria-current", "true");
}

export async function openTicket(pane, link) {
  setCurrent(link);
  pane.setAttribute("aria-busy", "true");
  const part = await fetchPart(link.href);
  // Another row was opened, or the pane was closed, before the answer came.
  if (current !== link) return;
  if (!part) return window.location.assign(link.href);
  pane.replaceChildren(part);
  pane.hidden = false;
  pane.scrollTop = 0;
  pane.removeAttribute("aria-busy");
  part.dispatchEvent(new CustomEvent("hd:enhance", { bubbles: true }));
  const row = link.closest(".hd-row");
  row.classList.remove("hd-new");
  row.querySelector(".hd-dot")?.remove();
  // The list is narrower now.
  row.scrollIntoView?.({ block: "nearest" });
  findTitle(pane).focus({ preventScroll: true });
}

export function closePane(pane) {
  const link = current;
  setCurrent(null);
  pane.hidden = true;
  pane.replaceChildren();
  link?.focus();
}

document.addEventListener("click", (event) => {
  const pane = findPane();
  const link = event.target.closest(".hd-row a.hd-cover");
  if (!pane || !link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.defaultPrevented || event.altKey || !hasRoom(pane)) return;
  event.preventDefault();
  openTicket(pane, link);
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-hd-pane-close]")) closePane(findPane());
});

document.addEventListener("keydown", (event) => {
  const pane = findPane();
  if (event.key !== "Escape" || event.defaultPrevented || !pane || pane.hidden) return;
  // A drawer, a list of shortcuts or a menu closes first.
  if (document.querySelector("dialog[open]") || event.target.closest("details[data-hd-menu][open]")) return;
  // Out of the field first: what was typed stays in sight.
  if (pane.contains(event.target) && event.target.matches(FIELDS)) findTitle(pane).focus();
  else closePane(pane);
});

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-pane-switch]").forEach((button) => (button.hidden = false));
});
