// The ways to write on a ticket: a button above the conversation chooses one without loading the page again.

export function chooseMode(form, mode) {
  const choice = [...form.querySelectorAll("[name=mode]")].find((radio) => radio.value === mode);
  if (choice) choice.checked = true;
  form.querySelector("textarea").focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-hd-mode]");
  const form = document.querySelector("[data-hd-composer]");
  if (!link || !form || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const menu = link.closest("details[data-hd-menu]");
  if (menu) menu.open = false;
  chooseMode(form, link.dataset.hdMode);
});
