// Who will be alerted of a message, below its form, before it is sent. Without script the preview says it.

const NAMES = ["mode", "audience", "release"];

/** Return the URL that answers for a form as it is now. */
export function buildUrl(form) {
  const url = new URL("../recipients/", form.action);
  url.searchParams.set("action", new URL(form.action).pathname.split("/").at(-2));
  const typed = new FormData(form);
  for (const name of NAMES) if (typed.get(name)) url.searchParams.set(name, typed.get(name));
  return url;
}

class Recipients {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.shown = "";
    this.request = null;
    // A composer is on each page of a ticket: it asks when somebody writes.
    if (this.form.matches("[data-hd-composer]")) {
      this.form.addEventListener("focusin", () => this.ask(), { once: true });
    } else this.ask();
    this.form.addEventListener("change", ({ target }) => {
      if (NAMES.includes(target.name)) this.ask();
    });
  }

  async ask() {
    const url = buildUrl(this.form);
    if (url.href === this.shown) return;
    this.shown = url.href;
    this.request?.abort();
    this.request = new AbortController();
    try {
      const options = { headers: { "HX-Request": "true" }, signal: this.request.signal };
      const response = await fetch(url, options);
      if (!response.ok || response.redirected) return this.fill("");
      this.fill(await response.text());
    } catch ({ name }) {
      if (name !== "AbortError") this.fill("");
    }
  }

  fill(html) {
    const isOpen = this.place.querySelector("details")?.open ?? false;
    const page = new DOMParser().parseFromString(html, "text/html");
    const part = page.querySelector("[data-hd-told-answer]");
    this.place.hidden = !part;
    if (!part) return;
    part.open = isOpen;
    const parts = [...this.place.children].filter((child) => child.matches("details"));
    parts.forEach((old) => old.remove());
    this.place.prepend(document.importNode(part, true));
    this.place.querySelector("[role=status]").textContent = part.querySelector("summary").textContent.trim();
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-told]").forEach((place) => new Recipients(place));
});
