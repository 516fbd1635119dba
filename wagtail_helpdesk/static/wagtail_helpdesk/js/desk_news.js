// Tells how many tickets of the list are new, without moving any row. Without script, the page is loaded again.
// A timer of its own and not htmx: that one cannot stop while nobody looks without evaluating text.

/** Milliseconds between two questions. */
export const PERIOD = 45_000;

class DeskNews {
  constructor(place) {
    this.place = place;
    this.shown = "";
    this.timer = setInterval(() => this.ask(), PERIOD);
    document.addEventListener("visibilitychange", () => this.ask());
  }

  async ask() {
    if (document.hidden || !this.place.isConnected) return;
    try {
      const response = await fetch(this.place.dataset.hdNews, { headers: { "HX-Request": "true" } });
      // A login page, or rights that ended: the next click explains it.
      if (response.redirected || response.status >= 400) return clearInterval(this.timer);
      if (response.status === 200) this.show(await response.text());
    } catch {
      // No network: asked again later.
    }
  }

  show(html) {
    // The same number once more is no news: it would be read aloud each time.
    if (html === this.shown) return;
    this.shown = html;
    const link = new DOMParser().parseFromString(html, "text/html").querySelector("a");
    // The link stays, so that it keeps the focus and the pointer; only its words change.
    const former = this.place.querySelector("a");
    if (link && former) former.replaceChildren(...link.childNodes);
    else if (link) this.place.replaceChildren(document.importNode(link, true));
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-news]").forEach((place) => new DeskNews(place));
});
