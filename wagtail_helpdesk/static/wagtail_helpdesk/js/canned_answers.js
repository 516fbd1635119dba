// Canned answers in a box below a message: opened by its button, or by “/” at the beginning of a line.
// Without script the button leads to a page with the same answers. The server fills them in.

const DELAY = 150;
const GAP = /\[[^[\]\n]{0,80}?(?:…|\.\.\.)[^[\]\n]{0,80}?\](?!\()/g;
/** The ways of writing in the composer, by the name of their action. */
const MODES = { comment: "comment", ask_information: "ask", note: "note" };

/** Return the “/” at the beginning of the line with what is typed after it, or null. */
export function findCommand(value, caret) {
  const from = value.lastIndexOf("\n", caret - 1) + 1;
  const typed = value.slice(from, caret);
  return /^\/[^/]{0,60}$/.test(typed) ? { from, to: caret, query: typed.slice(1).trim() } : null;
}

export const findGaps = (text) => text.match(GAP) ?? [];

/** Return the numbers of the answers in a message, with one more. */
export const addUsed = (value, pk) =>
  [...value.split(",").filter((number) => number && number !== pk), pk].slice(-10).join(",");

/** Return the text to insert: an answer begins on a line of its own. */
export const leadText = (before, text) =>
  before.trim() && !before.endsWith("\n") ? `\n\n${text}` : text;

class AnswerBox {
  constructor(button) {
    this.button = button;
    this.form = button.form;
    this.text = this.form.querySelector("[data-hd-markdown]");
    this.used = this.form.elements.namedItem("used_answers");
    this.place = this.form.querySelector("[data-hd-answers-place]");
    this.query = this.place.querySelector("[data-hd-answers-query]");
    this.list = this.place.querySelector("[data-hd-answers-list]");
    this.status = this.form.querySelector("[data-hd-answers-status]");
    this.notice = this.form.querySelector("[data-hd-answers-notice]");
    this.gaps = new Set(this.used.value ? findGaps(this.text.value) : []);
    this.command = null;
    this.timer = 0;
    this.request = null;
    this.listen();
    this.checkGaps();
  }

  listen() {
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", (event) => {
      event.preventDefault();
      // Opened by a slash, it has no field for the search yet.
      if (this.place.hidden || this.command) this.open(null);
      else this.close(this.text);
    });
    this.text.addEventListener("input", () => {
      this.checkGaps();
      this.followCommand();
    });
    this.query.addEventListener("input", () => this.wait(this.query.value));
    for (const field of [this.text, this.query]) {
      field.addEventListener("keydown", (event) => this.handleKey(event));
    }
    // The field keeps the focus.
    this.list.addEventListener("pointerdown", (event) => {
      if (event.target.closest("[role=option]")) event.preventDefault();
    });
    this.list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.choose(option);
    });
    this.form.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !this.form.contains(relatedTarget)) this.close();
    });
  }

  // -- the box ------------------------------------------------------------------------------------

  async open(command) {
    this.command = command;
    const shown = await this.ask(command?.query ?? "");
    if (!shown) {
      // The page of the button has the answers too.
      if (!command) this.form.requestSubmit(this.button);
      return;
    }
    this.place.hidden = false;
    for (const part of [this.button, this.query]) part.setAttribute("aria-expanded", "true");
    this.query.parentElement.hidden = Boolean(command);
    if (!command) this.query.focus();
  }

  close(next) {
    clearTimeout(this.timer);
    this.request?.abort();
    this.command = null;
    if (this.place.hidden) return;
    this.place.hidden = true;
    for (const part of [this.button, this.query]) part.setAttribute("aria-expanded", "false");
    this.query.value = "";
    this.list.replaceChildren();
    this.mark(null);
    next?.focus();
  }

  followCommand() {
    const { value, selectionStart, selectionEnd } = this.text;
    const command = selectionStart === selectionEnd ? findCommand(value, selectionStart) : null;
    if (!command) {
      if (this.command) this.close();
      return;
    }
    if (this.command || this.place.hidden) {
      const isOpen = this.command !== null;
      this.command = command;
      if (isOpen) this.wait(command.query);
      else this.open(command);
    }
  }

  wait(query) {
    clearTimeout(this.timer);
    this.request?.abort();
    this.timer = setTimeout(() => this.ask(query), DELAY);
  }

  /** Show the answers with these words; return whether the server answered. */
  async ask(query) {
    this.request = new AbortController();
    const url = new URL("../answers/", this.form.action);
    url.searchParams.set("q", query);
    try {
      const options = { headers: { "HX-Request": "true" }, signal: this.request.signal };
      const response = await fetch(url, options);
      if (!response.ok || response.redirected) return false;
      this.fill(await response.text());
      return true;
    } catch ({ name }) {
      // Aborted by a newer question, or no network.
      return name === "AbortError";
    }
  }

  fill(html) {
    const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!part) return;
    this.list.replaceChildren(document.importNode(part, true));
    // Several forms may be open on one page.
    this.options.forEach((option) => (option.id = `${this.text.id}-${option.id}`));
    this.status.textContent = part.dataset.hdCount;
    this.mark(this.options[0] ?? null);
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  /** Make an option the one that Enter chooses. */
  mark(option) {
    this.options.forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    option?.scrollIntoView?.({ block: "nearest" });
    for (const field of [this.text, this.query]) {
      if (option) field.setAttribute("aria-activedescendant", option.id);
      else field.removeAttribute("aria-activedescendant");
    }
    if (option) this.text.setAttribute("aria-controls", this.list.id);
    else this.text.removeAttribute("aria-controls");
  }

  handleKey(event) {
    const isIn = event.target === this.query || this.command;
    if (this.place.hidden || !isIn || event.isComposing) return;
    const { options } = this;
    const current = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") {
      this.close(this.text);
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (options.length) this.mark(options[(current + step + options.length) % options.length]);
    } else if (event.key === "Enter" && options[current]) {
      this.choose(options[current]);
    } else if (event.key !== "Enter" || event.target !== this.query) {
      return;
    }
    event.preventDefault();
  }

  // -- the message --------------------------------------------------------------------------------

  choose(option) {
    const { hdAnswer: pk, hdText: text, hdActionName: name, hdActionSlug: slug } = option.dataset;
    const mode = name && this.form.querySelector(`[name=mode][value="${MODES[name]}"]`);
    const isOfForm = name && new URL(this.form.action).pathname.endsWith(`/${slug}/`);
    const notice = option.dataset.hdNotice ?? "";
    const { command } = this;
    if (mode) {
      mode.checked = true;
      mode.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (name && !isOfForm) {
      if (command) this.text.setRangeText("", command.from, command.to, "end");
      return this.leaveFor(slug, pk);
    }
    this.close(this.text);
    this.insert(text, command);
    this.used.value = addUsed(this.used.value, pk);
    findGaps(text).forEach((gap) => this.gaps.add(gap));
    this.checkGaps();
    this.notice.textContent = notice;
  }

  /** Go on in the form of the action that an answer carries, with what was typed. */
  leaveFor(slug, pk) {
    const button = document.createElement("button");
    const action = new URL(`../${slug}/`, this.form.action).href;
    const attributes = { type: "submit", name: "answer", value: pk, formaction: action };
    for (const [name, value] of Object.entries(attributes)) button.setAttribute(name, value);
    button.toggleAttribute("formnovalidate", true);
    button.hidden = true;
    this.form.append(button);
    this.form.requestSubmit(button);
    button.remove();
  }

  insert(answer, command) {
    const { value, selectionStart, selectionEnd } = this.text;
    const [from, to] = command ? [command.from, command.to] : [selectionStart, selectionEnd];
    const text = leadText(value.slice(0, from), answer);
    this.text.focus();
    this.text.setSelectionRange(from, to);
    // Deprecated, and the only way to change a field so that the browser can undo it.
    if (!document.execCommand?.("insertText", false, text)) {
      this.text.setRangeText(text, from, to, "end");
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    // What is typed next fills the first gap.
    const [gap] = findGaps(text);
    if (!gap) return;
    const start = from + text.indexOf(gap);
    this.text.setSelectionRange(start, start + gap.length);
  }

  checkGaps() {
    const open = [...this.gaps].filter((gap) => this.text.value.includes(gap));
    const message = this.button.dataset.hdGaps.replace("%(gaps)s", () => open.join(", "));
    this.text.setCustomValidity(open.length ? message : "");
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-answers]").forEach((button) => new AnswerBox(button));
});
