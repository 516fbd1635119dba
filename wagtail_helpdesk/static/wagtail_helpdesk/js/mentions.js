// Completes the name of a colleague after “@” in a message. Without script names are typed in full.

const DELAY = 150;

/** Return where the “@” before the caret is, with what is typed after it, or null. */
export function findMention(value, caret) {
  const found = /(?:^|[^\p{L}\p{N}_.+/@-])@([\p{L}\p{N}_.'’-]*(?: [\p{L}'’-]+)?)$/u.exec(
    value.slice(Math.max(0, caret - 80), caret),
  );
  return found ? { from: caret - found[1].length - 1, to: caret, query: found[1] } : null;
}

class MentionBox {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.text = this.form.querySelector("[data-hd-markdown]");
    this.status = this.form.querySelector("[data-hd-mentions-status]");
    this.mention = null;
    this.dismissed = -1;
    this.timer = 0;
    this.request = null;
    this.text.addEventListener("input", () => this.follow());
    this.text.addEventListener("blur", () => this.close());
    // Before the listeners of the box for canned answers, which leaves other keys alone.
    this.text.addEventListener("keydown", (event) => this.handleKey(event));
    // The field keeps the focus.
    place.addEventListener("pointerdown", (event) => event.preventDefault());
    place.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.choose(option);
    });
  }

  follow() {
    const { value, selectionStart, selectionEnd } = this.text;
    const mention = selectionStart === selectionEnd ? findMention(value, selectionStart) : null;
    clearTimeout(this.timer);
    if (!mention || mention.from === this.dismissed) return this.close();
    this.mention = mention;
    this.timer = setTimeout(() => this.ask(mention), DELAY);
  }

  async ask(mention) {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL("../mentions/", this.form.action);
    const typed = new FormData(this.form);
    url.searchParams.set("q", mention.query);
    url.searchParams.set("mode", typed.get("mode") ?? this.place.dataset.hdMentions);
    if (typed.get("audience")) url.searchParams.set("audience", typed.get("audience"));
    try {
      const options = { headers: { "HX-Request": "true" }, signal: this.request.signal };
      const response = await fetch(url, options);
      if (response.ok && !response.redirected) this.fill(await response.text());
    } catch {
      // Aborted by a newer question, or no network: the name can be typed.
    }
  }

  fill(html) {
    const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!part || !this.mention) return;
    this.place.replaceChildren(document.importNode(part, true));
    this.options.forEach((option) => (option.id = `${this.place.id}-${option.id}`));
    this.place.hidden = !this.options.length;
    this.status.textContent = this.options.length ? part.dataset.hdCount : "";
    this.mark(this.options[0] ?? null);
  }

  get options() {
    return [...this.place.querySelectorAll("[role=option]")];
  }

  mark(option) {
    this.options.forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (option) {
      this.text.setAttribute("aria-activedescendant", option.id);
      this.text.setAttribute("aria-controls", this.place.id);
    } else {
      this.text.removeAttribute("aria-activedescendant");
      this.text.removeAttribute("aria-controls");
    }
  }

  handleKey(event) {
    const { options } = this;
    if (this.place.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    const current = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") {
      this.dismissed = this.mention.from;
      this.close();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark(options[(current + step + options.length) % options.length]);
    } else if (event.key === "Enter" && options[current]) {
      this.choose(options[current]);
    } else {
      return;
    }
    event.preventDefault();
  }

  choose(option) {
    const { from, to } = this.mention;
    const text = `@${option.dataset.hdText} `;
    this.close();
    this.text.setSelectionRange(from, to);
    // Deprecated, and the only way to change a field so that the browser can undo it.
    if (!document.execCommand?.("insertText", false, text)) {
      this.text.setRangeText(text, from, to, "end");
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.mention = null;
    if (this.place.hidden) return;
    this.place.hidden = true;
    this.place.replaceChildren();
    this.status.textContent = "";
    this.mark(null);
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-mentions]").forEach((place) => new MentionBox(place));
});
