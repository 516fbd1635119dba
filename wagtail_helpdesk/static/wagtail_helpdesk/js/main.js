// Starts the other modules: dispatches `hd:enhance` on the document, and on each part that arrives later.
// Loaded last; each module registers its own listener before. Everything works without JavaScript.

export function enhance(part) {
  part.dispatchEvent(new CustomEvent("hd:enhance", { bubbles: true }));
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-without-script]").forEach((part) => (part.hidden = true));
});

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt !== document.body) enhance(elt);
});

enhance(document);
