// Shows how a message will look, without leaving the page.

async function fetchPreview(button) {
  const body = new FormData(button.form);
  // The server needs the text alone.
  [...button.form.elements].filter(({ type }) => type === "file").forEach(({ name }) => body.delete(name));
  body.set(button.name, button.value);
  try {
    const options = { method: "POST", body, headers: { "HX-Request": "true" } };
    const response = await fetch(button.form.action, options);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return response.ok && page.querySelector("[data-hd-previewed]");
  } catch {
    return null;
  }
}

const findPlace = (form) => form?.querySelector("[data-hd-preview-place]");

async function showPreview(button) {
  const shown = await fetchPreview(button);
  // The page says what is wrong, and keeps the text.
  if (!shown) return button.form.requestSubmit(button);
  findPlace(button.form).replaceChildren(shown);
  shown.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hd-preview]");
  if (!button?.form || !findPlace(button.form)) return;
  event.preventDefault();
  showPreview(button);
});

// A preview of what is no longer the text would mislead.
document.addEventListener("input", ({ target }) => {
  if (target.matches("textarea")) findPlace(target.form)?.replaceChildren();
});
