// Fills the frames of personal blocks: the page is everybody's, what is loaded here is its reader's.

// A form comes back to be corrected (422), sent as another ticket (409) or sent later (429).
const UNDERSTOOD = [200, 409, 422, 429];

// Returns the content, or null when the reader is not logged in or something went wrong.
async function get(frame, address, options = {}) {
  frame.ariaBusy = "true";
  try {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    return UNDERSTOOD.includes(response.status) ? await response.text() : null;
  } catch {
    return null;
  } finally {
    frame.ariaBusy = null;
  }
}

function show(frame, html) {
  const content = frame.querySelector("[data-hd-content]");
  content.innerHTML = html;
  frame.hidden = !html.trim();
  content.querySelectorAll("form[data-hd-ask]").forEach((form) => listen(frame, form));
  content.querySelectorAll("[data-hd-load]").forEach((button) =>
    button.addEventListener("click", () => load(frame, button.dataset.hdLoad)),
  );
  content.querySelector("[data-hd-focus]")?.focus();
}

// What cannot be loaded leaves the frame as it was: with its link.
async function load(frame, address) {
  const html = await get(frame, address);
  if (html !== null) show(frame, html);
}

async function send(frame, form, body) {
  form.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = true));
  const address = form.dataset.hdAsk;
  const html =
    form.method === "post"
      ? await get(frame, address, { method: "POST", body })
      : await get(frame, `${address}?${new URLSearchParams(body)}`);
  if (html !== null) show(frame, html);
  else form.submit(); // as a page of the helpdesk, which knows what to say
}

function listen(frame, form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(frame, form, new FormData(form));
  });
  form.querySelector("[data-hd-refill]")?.addEventListener("change", () => {
    const body = new FormData(form);
    body.set("refill", "1");
    send(frame, form, body);
  });
}

document
  .querySelectorAll("[data-hd-fragment]")
  .forEach((frame) => load(frame, frame.dataset.hdFragment));
