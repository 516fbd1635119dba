// Loads a part of the page when its fold is opened for the first time. Without script it leads to a page.

/** Fill the fold; return whether the server answered. Otherwise the link to the page stays. */
async function loadPart(fold) {
  const place = fold.querySelector("summary + *");
  place.ariaBusy = "true";
  try {
    const response = await fetch(fold.dataset.hdLoad, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) return false;
    const part = new DOMParser().parseFromString(await response.text(), "text/html").body;
    place.replaceChildren(...[...part.children].map((child) => document.importNode(child, true)));
    place.dispatchEvent(new CustomEvent("hd:enhance", { bubbles: true }));
    return true;
  } catch {
    return false;
  } finally {
    place.ariaBusy = null;
  }
}

function watch(fold) {
  let isLoaded = false;
  const open = async () => {
    if (!fold.open || isLoaded) return;
    isLoaded = true;
    isLoaded = await loadPart(fold);
  };
  fold.addEventListener("toggle", open);
  open();
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("details[data-hd-load]").forEach(watch);
});
