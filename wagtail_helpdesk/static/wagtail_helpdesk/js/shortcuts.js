// Keyboard shortcuts of the desk and of tickets: only where the page lists them, which a preference switches off.
// Each key presses a link or a button of the page (`data-hd-key`), or moves along the rows of a list.

const LIST = "[data-hd-shortcuts]";
const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox]";
const ROWS = ".hd-row a.hd-cover";

const findList = () => document.querySelector(LIST);

/** Return whether a key is meant for the page: not for a field, a dialog, or the browser. */
export function isShortcut(event) {
  const { target, key } = event;
  if (event.defaultPrevented || event.isComposing || key.length !== 1) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  // On some systems AltGr sets nothing else.
  if (event.getModifierState?.("AltGraph")) return false;
  return !target.closest?.(`${FIELDS}, dialog`);
}

/** Return the row to go to from the one that has the focus: the first one when none has. */
export function findRow(rows, focused, step) {
  const place = rows.findIndex((row) => row.closest(".hd-row").contains(focused));
  if (place < 0) return rows[0];
  return rows[Math.min(Math.max(place + step, 0), rows.length - 1)];
}

function findPressed(key) {
  const row = document.activeElement?.closest?.(".hd-row");
  if (row && key === "t") return row.querySelector(".hd-take");
  if (row && key === "x") return row.querySelector("[data-hd-pick]");
  return [...document.querySelectorAll("[data-hd-key]")].find(({ dataset }) => dataset.hdKey === key);
}

function moveInList(key) {
  const rows = [...document.querySelectorAll(ROWS)];
  const step = { j: 1, k: -1 }[key];
  if (!step || !rows.length) return false;
  const isInRow = document.activeElement?.closest?.(".hd-row");
  // From the ticket that is open beside the list.
  const shown = document.querySelector(".hd-row[aria-current]");
  findRow(rows, isInRow || !shown ? document.activeElement : shown, step).focus();
  return true;
}

function handleKey(event) {
  const { key } = event;
  if (key === "?") findList().showModal();
  else if (!moveInList(key)) {
    const pressed = findPressed(key);
    // A key held down moves along a list; it presses a button once.
    if (!pressed || event.repeat) return;
    pressed.click();
  }
  event.preventDefault();
}

/** Return the button that sends a form: the main one of those that are shown. */
export function findSubmit(form) {
  const isShown = (button) => !button.matches(".hd-sr") && (button.checkVisibility?.() ?? true);
  const buttons = [...form.elements].filter(({ type }) => type === "submit").filter(isShown);
  return buttons.find((button) => button.matches(".hd-b1, .hd-b-danger")) ?? buttons[0];
}

function sendForm(event) {
  const form = event.target.closest?.("form[data-hd-once]");
  if (!form || event.repeat) return;
  event.preventDefault();
  findSubmit(form)?.click();
}

document.addEventListener("keydown", (event) => {
  if (!findList()) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) sendForm(event);
  else if (isShortcut(event)) handleKey(event);
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-hd-show-shortcuts]")) findList().showModal();
});

document.addEventListener("hd:enhance", ({ target }) => {
  if (!findList()) return;
  target.querySelectorAll("[data-hd-key]").forEach((pressed) => {
    pressed.setAttribute("aria-keyshortcuts", pressed.dataset.hdKey);
  });
  target.querySelectorAll("[data-hd-with-shortcuts]").forEach((part) => (part.hidden = false));
});
