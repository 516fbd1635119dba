// Selects tickets of a list: ranges with Shift, all of the page, and how many are selected.

const LIST = "[data-hd-bulk-bar]";

const findBoxes = () => [...document.querySelectorAll("[data-hd-pick]")];
const findAllBox = () => document.querySelector("[data-hd-pick-all] input");

// Where a range with Shift begins.
let last = null;

/** Give the boxes between two of them, both included, the state of the second. */
export function selectRange(boxes, from, to) {
  const [first, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  if (first < 0) return;
  boxes.slice(first, end + 1).forEach((box) => (box.checked = to.checked));
}

export function showCount() {
  const bar = document.querySelector(LIST);
  if (!bar) return;
  const boxes = findBoxes();
  const count = boxes.filter((box) => box.checked).length;
  const status = bar.querySelector("[data-hd-many]");
  const { hdOne, hdMany } = status.dataset;
  status.textContent = count === 1 ? hdOne : hdMany.replace("{count}", count);
  const all = findAllBox();
  if (!all) return;
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-hd-pick]");
  if (!box) return;
  if (event.shiftKey && last?.isConnected) selectRange(findBoxes(), last, box);
  last = box;
  showCount();
});

document.addEventListener("change", ({ target }) => {
  if (target !== findAllBox()) return;
  findBoxes().forEach((box) => (box.checked = target.checked));
  showCount();
});

// The form of an action opens beside the list (drawer.js).
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.matches(LIST) || !submitter) return;
  event.preventDefault();
  const url = new URL(submitter.getAttribute("formaction"), location.href);
  url.search = new URLSearchParams([...new FormData(form)]);
  const detail = { url: url.href };
  submitter.dispatchEvent(new CustomEvent("hd:drawer", { bubbles: true, detail }));
});

document.addEventListener("reset", ({ target }) => {
  // The boxes are cleared once the event is over.
  if (target.matches(LIST)) setTimeout(showCount, 0);
});

document.addEventListener("hd:enhance", () => {
  const all = document.querySelector("[data-hd-pick-all]");
  if (!all) return;
  all.hidden = false;
  showCount();
});

// The browser may show the page again with the boxes as they were left.
window.addEventListener("pageshow", showCount);

// A ticket taken from the list leads back to it: to the same place, whatever the message above takes up.
const PLACE = "hd-place";

window.addEventListener("submit", ({ target }) => {
  if (!target.matches("form[data-hd-place]")) return;
  sessionStorage.setItem(PLACE, JSON.stringify([location.pathname, window.scrollY]));
});

window.addEventListener("load", () => {
  const [path, top] = JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
  sessionStorage.removeItem(PLACE);
  if (path === location.pathname) window.scrollTo({ top, behavior: "instant" });
});
