// What the pages of the helpdesk do better with JavaScript; each works without it.

const on = (root, selector, event, handler) =>
  root.querySelectorAll(selector).forEach((element) => element.addEventListener(event, handler));

// -- messages: a toolbar that writes Markdown --------------------------------------------------

const MARKS = { bold: ["**", "**"], italic: ["*", "*"], code: ["`", "`"], link: ["[", "](https://)"] };
const PREFIXES = { list: "- ", quote: "> " };

function format(textarea, kind) {
  const { selectionStart: start, selectionEnd: end, value } = textarea;
  const chosen = value.slice(start, end);
  textarea.focus();
  if (kind in PREFIXES) {
    const from = value.lastIndexOf("\n", start - 1) + 1;
    const lines = value.slice(from, end).split("\n").map((line) => PREFIXES[kind] + line);
    textarea.setRangeText(lines.join("\n"), from, end, "end");
  } else {
    const [before, after] = MARKS[kind];
    textarea.setRangeText(before + chosen + after, start, end, "end");
    const caret = chosen ? textarea.selectionEnd : start + before.length;
    textarea.setSelectionRange(caret, caret);
  }
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}

function toolbar(bar) {
  const textarea = bar.parentElement.querySelector("textarea");
  const buttons = [...bar.querySelectorAll("button")];
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) format(textarea, button.dataset.hdFormat);
  });
  // One stop for the keyboard; arrows move inside (the toolbar pattern of the ARIA guide).
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
    event.preventDefault();
  });
}

// -- forms: sent once, never lost --------------------------------------------------------------

function once(form) {
  form.addEventListener("submit", () => {
    // After the event: a disabled button would not be sent.
    setTimeout(() => form.querySelectorAll("[type=submit]").forEach((b) => (b.disabled = true)));
  });
}

const awaken = () => document.querySelectorAll("[type=submit]").forEach((b) => (b.disabled = false));

const unsaved = new Set();
let sent; // the watched form that is on its way

function watch(form) {
  form.addEventListener("input", () => unsaved.add(form));
  form.addEventListener("submit", () => {
    unsaved.delete(form);
    sent = form;
  });
}

addEventListener("beforeunload", (event) => {
  if (![...unsaved].some((form) => form.isConnected)) return;
  event.preventDefault();
  // Runs once the question is answered: whoever stays has sent nothing. (Sent twice, a form does one thing.)
  setTimeout(() => {
    awaken();
    if (sent) unsaved.add(sent);
  });
});
// Back from the next page: the browser may show this one as it was left.
addEventListener("pageshow", (event) => {
  if (event.persisted) awaken();
});

// -- forms that search or refill themselves (htmx) ---------------------------------------------

// What is refused, an expired login first of all, is explained by a page, as without JavaScript. The
// button is sent too: its name says that nothing is to be recorded.
function explain(event) {
  const { requestConfig: { elt }, shouldSwap, xhr } = event.detail;
  if (!elt.closest(".hd")) return;
  const page = new DOMParser().parseFromString(xhr.response, "text/html");
  if (shouldSwap && page.querySelector(elt.dataset.hxSelect)) return;
  event.detail.shouldSwap = false;
  if (xhr.status >= 500) stay(event);
  else elt.closest("form").requestSubmit(elt.type === "submit" ? elt : elt.querySelector("[type=submit]"));
}

// A page could explain nothing, and what was typed would be lost.
function stay({ detail: { requestConfig: { elt } } }) {
  const failed = failure(elt);
  if (!failed) return;
  failed.hidden = false;
  failed.scrollIntoView({ block: "nearest" });
  const former = elt.querySelector("option[selected]");
  if (former) former.selected = true;
}

const failure = (elt) => elt.closest(".hd form")?.querySelector("[data-hd-failed]");

document.addEventListener("htmx:beforeRequest", ({ target }) => failure(target)?.setAttribute("hidden", ""));
document.addEventListener("htmx:beforeSwap", explain);
document.addEventListener("htmx:sendError", stay);
document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt === document.body) return;
  enhance(elt);
  // Whatever made it come back was written in it.
  elt.querySelectorAll("[data-hd-unsaved]").forEach((form) => unsaved.add(form));
});

// -- dialogs: the form of an act above the page ------------------------------------------------

// By address. Escape closes one, and what was typed is there when it is opened again.
const dialogs = new Map();

async function openDialog(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const link = event.currentTarget;
  if (!dialogs.get(link.pathname)?.isConnected) {
    const act = await fetchAct(link.href);
    if (!act) return location.assign(link.href);
    dialogs.set(link.pathname, link.closest(".hd").appendChild(dialogOf(act)));
  }
  // Where the focus comes back to.
  link.focus();
  dialogs.get(link.pathname).showModal();
}

async function fetchAct(address) {
  try {
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return response.ok && page.getElementById("hd-act");
  } catch {
    return null;
  }
}

function dialogOf(act) {
  const dialog = document.createElement("dialog");
  dialog.className = "hd-dialog";
  const title = act.querySelector("h1");
  dialog.ariaLabel = title.textContent;
  // Below the page's own heading.
  const heading = document.createElement("h2");
  heading.textContent = title.textContent;
  title.replaceWith(heading);
  act.removeAttribute("id");
  dialog.append(act);
  on(dialog, "[data-hd-dismiss]", "click", (event) => {
    event.preventDefault();
    dialog.close();
    dialog.remove();
  });
  enhance(dialog);
  return dialog;
}

// -- the tree of services ----------------------------------------------------------------------

function tree(fieldset) {
  const find = fieldset.querySelector("[data-hd-find]");
  const labels = [...fieldset.querySelectorAll(".hd-branch label")];
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  if (find) find.closest("label").hidden = labels.length < 8;
  find?.addEventListener("input", () => {
    const wanted = fold(find.value.trim());
    fieldset.querySelectorAll(".hd-branch").forEach((branch) => {
      const whole = fold(branch.querySelector("summary").textContent).includes(wanted);
      let shown = 0;
      branch.querySelectorAll("label").forEach((label) => {
        label.hidden = !whole && !fold(label.textContent).includes(wanted);
        shown += !label.hidden;
      });
      branch.hidden = !shown;
      if (wanted) branch.open = shown > 0;
    });
  });
  const form = fieldset.form;
  const notes = form.querySelector("[data-hd-notes]");
  const general = notes.textContent;
  const foretell = () => {
    const chosen = fieldset.querySelector("input[type=radio]:checked");
    const away = !chosen || "hdForeign" in chosen.dataset;
    form.querySelectorAll("[data-hd-if-foreign]").forEach((part) => (part.hidden = !away));
    // Other managers read them, whether the mover is one of these or not.
    const branch = chosen?.closest(".hd-branch").dataset;
    notes.hidden = branch && "hdHere" in branch;
    notes.textContent = branch ? notes.dataset.hdNotes.replace("%(service)s", () => branch.hdService) : general;
  };
  fieldset.addEventListener("change", foretell);
  foretell();
}

// -- the submit button names what was chosen ---------------------------------------------------

function names(button) {
  const general = button.textContent;
  const show = () => {
    const name = button.form.querySelector("[name=to]:checked")?.dataset.hdName;
    button.textContent = name ? button.dataset.hdNames.replace("%(name)s", () => name) : general;
  };
  button.form.addEventListener("change", show);
  show();
}

// -- small things ------------------------------------------------------------------------------

function copyButton(button) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(new URL(button.dataset.hdCopy, location.href).href);
    const label = button.textContent;
    button.textContent = button.dataset.hdCopied;
    setTimeout(() => (button.textContent = label), 2000);
  });
}

function menu(details) {
  addEventListener("click", (event) => details.contains(event.target) || (details.open = false));
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}

function enhance(root) {
  root.querySelectorAll(".hd-toolbar").forEach(toolbar);
  root.querySelectorAll("[data-hd-once]").forEach(once);
  root.querySelectorAll("[data-hd-unsaved]").forEach(watch);
  root.querySelectorAll("[data-hd-tree]").forEach(tree);
  root.querySelectorAll("[data-hd-names]").forEach(names);
  root.querySelectorAll("[data-hd-copy]").forEach(copyButton);
  root.querySelectorAll("[data-hd-menu]").forEach(menu);
  root.querySelectorAll("[data-hd-without-script]").forEach((part) => (part.hidden = true));
  on(root, "a[data-hd-dialog]", "click", openDialog);
  root.querySelector("[data-hd-focus]")?.focus();
}

enhance(document);
