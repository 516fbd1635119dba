// The answers under a search box while one types. Without script, the form leads to a page with the same ones.

const DELAY = 250;
const MIN_LETTERS = 2;

/** Return the URL that answers a text so far, empty for too short a text. */
export function buildUrl(url, text) {
  const typed = text.trim();
  if (typed.length < MIN_LETTERS) return "";
  const query = new URLSearchParams({ q: typed, live: "1" });
  return `${url}?${query}`;
}

/** Return the link before or after another one; null beyond the first, which leads to the field. */
export function findNext(links, current, step) {
  const place = links.indexOf(current) + step;
  return place < 0 ? null : links[Math.min(place, links.length - 1)];
}

class LiveSearch {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("[type=search]");
    this.panel = form.querySelector("[data-hd-live-answers]");
    this.status = form.querySelector("[data-hd-live-status]");
    this.request = null;
    this.timer = 0;
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("focus", () => this.panel.childElementCount && this.show());
    form.addEventListener("keydown", (event) => this.handleKey(event));
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !form.contains(relatedTarget)) this.hide();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (!form.contains(target)) this.hide();
    });
  }

  wait() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.timer = setTimeout(() => this.ask(), DELAY);
  }

  async ask() {
    const url = buildUrl(this.form.dataset.hdLive, this.input.value);
    if (!url) {
      this.panel.replaceChildren();
      this.hide();
      return;
    }
    this.request = new AbortController();
    try {
      const response = await fetch(url, { signal: this.request.signal });
      // A login page, or too many questions: the form still works.
      if (!response.ok || response.redirected) return;
      this.fill(await response.text());
    } catch {
      // Aborted by a newer question, or no network.
    }
  }

  fill(html) {
    const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!part) return;
    this.panel.replaceChildren(document.importNode(part, true));
    this.status.textContent = part.dataset.hdCount ?? "";
    if (this.form.contains(document.activeElement)) this.show();
  }

  show() {
    this.panel.hidden = false;
  }

  hide() {
    this.panel.hidden = true;
  }

  handleKey(event) {
    if (event.key === "Escape" && !this.panel.hidden) {
      // In this order: the field shows the answers when it gets the focus.
      this.input.focus();
      this.hide();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && !this.panel.hidden) {
      const links = [...this.panel.querySelectorAll("a, button")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      event.preventDefault();
      (findNext(links, document.activeElement, step) ?? this.input).focus();
    }
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-live]").forEach((form) => new LiveSearch(form));
});
