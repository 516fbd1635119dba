// A button in the place of a file field, which shows itself again while it has the focus.

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-choose]").forEach((button) => {
    const input = button.closest("[data-hd-files]").querySelector("[type=file]");
    button.hidden = false;
    input.classList.add("hd-sr");
    input.tabIndex = -1;
    button.addEventListener("click", () => input.click());
  });
});
