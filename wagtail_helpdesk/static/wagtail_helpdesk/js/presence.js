// Shows which colleagues have the ticket open, and shows them that this person has. Needs JavaScript.

/** Milliseconds between two pings, and after the last character until a person no longer writes. */
export const PERIOD = 30_000;
export const WRITING = 60_000;

class Presence {
  constructor(form) {
    this.form = form;
    this.place = form.querySelector("[role=status]");
    this.typedAt = -Infinity;
    this.shown = "";
    this.timer = setInterval(() => this.ping(), PERIOD);
    document.addEventListener("visibilitychange", () => this.ping());
    document.addEventListener("prerenderingchange", () => this.ping());
    // Also in a drawer.
    document.addEventListener("input", ({ target }) => {
      if (target.matches?.("[data-hd-root] textarea")) this.noteTyping();
    });
    window.addEventListener("pagehide", () => this.leave());
    this.ping();
  }

  get isWriting() {
    return Date.now() - this.typedAt < WRITING;
  }

  noteTyping() {
    const wasWriting = this.isWriting;
    this.typedAt = Date.now();
    if (!wasWriting) this.ping();
  }

  build(name) {
    const body = new URLSearchParams(new FormData(this.form));
    if (name) body.set(name, "1");
    return body;
  }

  async ping() {
    if (document.hidden || document.prerendering || !this.form.isConnected) return;
    try {
      const body = this.build(this.isWriting ? "writes" : "");
      const response = await fetch(this.form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      // A login page, or rights that ended: the next click explains it.
      if (response.redirected || response.status >= 400) return this.stop();
      this.show(response.status === 200 ? await response.text() : "");
    } catch {
      // No network: asked again later.
    }
  }

  show(html) {
    // The same once more would be read aloud each time.
    if (html === this.shown) return;
    this.shown = html;
    const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    this.place.replaceChildren(...(part ? [document.importNode(part, true)] : []));
  }

  stop() {
    clearInterval(this.timer);
    this.show("");
  }

  leave() {
    navigator.sendBeacon?.(this.form.action, this.build("left"));
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("form[data-hd-presence]").forEach((form) => new Presence(form));
});
