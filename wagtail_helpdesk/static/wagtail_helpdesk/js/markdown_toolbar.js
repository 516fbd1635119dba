// The toolbar above a message, which writes Markdown.

const MARKS = { bold: ["**", "**"], italic: ["*", "*"], code: ["`", "`"], link: ["[", "](https://)"] };
const PREFIXES = { list: "- ", quote: "> " };

/**
 * Return what a button changes: `text` replaces the characters from `from` to `to`, and the caret goes
 * to `caret`.
 */
export function formatSelection(kind, { value, selectionStart: start, selectionEnd: end }) {
  if (kind in PREFIXES) {
    const from = value.lastIndexOf("\n", start - 1) + 1;
    const lines = value.slice(from, end).split("\n").map((line) => PREFIXES[kind] + line);
    const text = lines.join("\n");
    return { from, to: end, text, caret: from + text.length };
  }
  const [before, after] = MARKS[kind];
  const text = before + value.slice(start, end) + after;
  return { from: start, to: end, text, caret: start + (start === end ? before.length : text.length) };
}

function replaceText(textarea, { from, to, text, caret }) {
  textarea.focus();
  textarea.setSelectionRange(from, to);
  // Deprecated, and the only way to change a field so that the browser can undo it.
  if (!document.execCommand?.("insertText", false, text)) {
    textarea.setRangeText(text, from, to, "end");
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }
  textarea.setSelectionRange(caret, caret);
}

function moveFocus(event, all) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  // A narrow page shows fewer of them.
  const buttons = all.filter((button) => button.checkVisibility?.() ?? true);
  const place = buttons.indexOf(document.activeElement);
  const next = buttons[(place + step + buttons.length) % buttons.length];
  buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
  next.focus();
  event.preventDefault();
}

function startToolbar(toolbar) {
  const textarea = toolbar.closest("form").elements[toolbar.getAttribute("aria-controls")];
  const buttons = [...toolbar.querySelectorAll("button")];
  toolbar.hidden = false;
  toolbar.addEventListener("click", ({ target }) => {
    const kind = target.closest("button")?.dataset.hdFormat;
    if (kind) replaceText(textarea, formatSelection(kind, textarea));
  });
  // One stop for the keyboard; arrows move inside (the toolbar pattern of the ARIA guide).
  toolbar.addEventListener("keydown", (event) => moveFocus(event, buttons));
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-toolbar]").forEach(startToolbar);
});
