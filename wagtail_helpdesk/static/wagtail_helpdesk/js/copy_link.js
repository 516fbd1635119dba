// A button that copies a URL.

const CONFIRMATION_MILLISECONDS = 2000;

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-copy]").forEach((button) => (button.hidden = !navigator.clipboard));
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-hd-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(new URL(button.dataset.hdCopy, location.href).href);
  const place = button.querySelector("[data-hd-label]") ?? button;
  const label = place.textContent;
  place.textContent = button.dataset.hdCopied;
  setTimeout(() => (place.textContent = label), CONFIRMATION_MILLISECONDS);
});
