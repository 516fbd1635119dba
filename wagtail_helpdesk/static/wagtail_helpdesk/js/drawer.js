// Opens the form of an action in a drawer: beside the conversation where there is room, else over the page.

/** From this width on, the conversation stays readable and usable beside the drawer. */
const BESIDE = "(min-width: 64rem)";

// By URL. A drawer that is closed keeps what was typed until it is opened again.
const drawers = new Map();
const loading = new Set();
// The drawer that is open, and where the focus goes when it closes.
let opened = null;

async function openDrawer(link, url = link.href) {
  if (loading.has(url)) return;
  if (!drawers.get(url)?.isConnected) {
    loading.add(url);
    const part = await fetchForm(url);
    loading.delete(url);
    if (!part) return location.assign(url);
    const drawer = buildDrawer(part);
    drawers.set(url, drawer);
    link.closest("[data-hd-root]").append(drawer);
    drawer.dispatchEvent(new CustomEvent("hd:enhance", { bubbles: true }));
  }
  showDrawer(drawers.get(url), link);
}

async function fetchForm(url) {
  try {
    // As a part of the page: the server leaves out the conversation, which is there already.
    const response = await fetch(url, { headers: { "HX-Request": "true" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return response.ok && page.querySelector("[data-hd-action]");
  } catch {
    return null;
  }
}

export function buildDrawer(part) {
  const drawer = document.createElement("dialog");
  drawer.className = "hd-drawer";
  const title = part.querySelector("h1");
  drawer.ariaLabel = title.textContent;
  // Below the page's own heading.
  const heading = document.createElement("h2");
  heading.textContent = title.textContent;
  title.replaceWith(heading);
  part.querySelectorAll("[data-hd-close]").forEach((button) => (button.hidden = false));
  drawer.append(...part.children);
  // Whatever closed it: Escape, a button, another drawer.
  drawer.addEventListener("close", () => {
    if (opened?.drawer !== drawer) return;
    const { opener } = opened;
    opened = null;
    opener.focus();
  });
  return drawer;
}

function showDrawer(drawer, link) {
  // A link in a menu is out of sight once the menu is closed.
  const menu = link.closest("details[data-hd-menu]");
  if (menu) menu.open = false;
  if (opened?.drawer === drawer) return drawer.dispatchEvent(focusEvent());
  const before = opened?.drawer;
  opened = { drawer, opener: menu?.querySelector("summary") ?? link };
  before?.close();
  if (window.matchMedia(BESIDE).matches) drawer.show();
  else drawer.showModal();
  drawer.dispatchEvent(focusEvent());
}

const focusEvent = () => new CustomEvent("hd:focus", { bubbles: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-hd-drawer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openDrawer(link);
});

// Another module asks for the form at an url; the element gets the focus back.
document.addEventListener("hd:drawer", ({ target, detail }) => openDrawer(target, detail.url));

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-hd-dismiss], [data-hd-close]");
  const drawer = way?.closest("dialog.hd-drawer");
  if (!drawer) return;
  event.preventDefault();
  drawer.close();
  // Dismissed: it begins anew the next time.
  if (way.matches("[data-hd-dismiss]")) drawer.remove();
});

// The browser closes a modal drawer itself.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target.closest?.("details[data-hd-menu][open]")) return;
  opened?.drawer.close();
});
