// Closes the open part of the menu: by a click elsewhere, or with Escape.

const openMenus = () => document.querySelectorAll("details[data-hd-menu][open]");

document.addEventListener("click", ({ target }) => {
  openMenus().forEach((menu) => (menu.open = menu.contains(target)));
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-hd-menu][open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
