// Opens the form of an action in a dialog above the page.

// By address. Escape closes a dialog, and what was typed is there when it is opened again.
const dialogs = new Map();

async function openDialog(link) {
  if (!dialogs.get(link.pathname)?.isConnected) {
    const form = await fetchForm(link.href);
    if (!form) return location.assign(link.href);
    const dialog = buildDialog(form);
    dialogs.set(link.pathname, dialog);
    link.closest("[data-hd-root]").append(dialog);
    dialog.dispatchEvent(new CustomEvent("hd:enhance", { bubbles: true }));
  }
  const dialog = dialogs.get(link.pathname);
  // Where the focus comes back to.
  link.focus();
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("hd:focus", { bubbles: true }));
}

async function fetchForm(address) {
  try {
    const response = await fetch(address);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return response.ok && page.querySelector("[data-hd-action]");
  } catch {
    return null;
  }
}

export function buildDialog(form) {
  const dialog = document.createElement("dialog");
  dialog.className = "hd-dialog";
  const title = form.querySelector("h1");
  dialog.ariaLabel = title.textContent;
  // Below the page's own heading.
  const heading = document.createElement("h2");
  heading.textContent = title.textContent;
  title.replaceWith(heading);
  dialog.append(form);
  return dialog;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-hd-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openDialog(link);
});

document.addEventListener("click", (event) => {
  const dialog = event.target.closest("[data-hd-dismiss]")?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
  dialog.remove();
});
