// Pages that may answer a request, while its subject is written. Without script the related pages are there.

const DELAY = 500;
const MIN_WORDS = 2;

/** Return whether a subject has enough words to ask what answers it. */
export const isTelling = (subject) =>
  subject.split(/\s+/).filter((word) => word.length > 2).length >= MIN_WORDS;

function buildQuestion(form) {
  const question = new FormData();
  for (const name of ["csrfmiddlewaretoken", "category", "subject"]) {
    question.set(name, form.elements.namedItem(name)?.value ?? "");
  }
  question.set("suggest", "1");
  return question;
}

function startSuggestions(form) {
  const subject = form.elements.namedItem("subject");
  const place = form.querySelector("#hd-suggestions");
  if (!subject || !place) return;
  let timer = 0;
  let request = null;

  async function ask() {
    // What is being read stays where it is.
    if (!isTelling(subject.value) || place.querySelector("details[open]")) return;
    request = new AbortController();
    try {
      const response = await fetch(form.dataset.hdSuggest, {
        method: "POST",
        body: buildQuestion(form),
        signal: request.signal,
      });
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const part = page.querySelector("[data-hd-suggestions]");
      if (part && !place.querySelector("details[open]")) {
        place.replaceChildren(document.importNode(part, true));
      }
    } catch {
      // Aborted by a newer question, or no network.
    }
  }

  subject.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(ask, DELAY);
  });
  // `toggle` does not bubble.
  place.addEventListener(
    "toggle",
    ({ target }) => {
      const read = target.querySelector("[name=read]");
      if (read && target.open) read.disabled = false;
    },
    true,
  );
}

document.addEventListener("hd:enhance", ({ target }) => {
  const forms = [...target.querySelectorAll("form[data-hd-suggest]")];
  forms.forEach(startSuggestions);
});
