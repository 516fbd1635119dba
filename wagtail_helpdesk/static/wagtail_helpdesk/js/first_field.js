// Moves the focus to where reading or typing begins: an error summary first, else the first field.

const FIELDS = "input:not([type=hidden], [type=file], [type=submit]), select, textarea";

const isUsable = (field) =>
  !field.disabled &&
  !field.readOnly &&
  !field.closest("[hidden]") &&
  (field.checkVisibility?.() ?? true);

export function findFirstField(part) {
  const fields = [...part.querySelectorAll(FIELDS)].filter(isUsable);
  const first = fields[0];
  if (first?.type !== "radio") return first;
  return fields.find((field) => field.name === first.name && field.checked) ?? first;
}

const focusMessage = (part) => {
  const message = part.querySelector("[data-hd-focus]");
  message?.focus();
  return message;
};

document.addEventListener("hd:enhance", ({ target }) => {
  if (focusMessage(target) || target !== document || location.hash) return;
  const form = document.querySelector("[data-hd-first-field]");
  if (form) findFirstField(form)?.focus();
});

// A dialog was shown, which gives the focus to its first button.
document.addEventListener("hd:focus", ({ target }) => {
  if (!focusMessage(target)) findFirstField(target)?.focus();
});
