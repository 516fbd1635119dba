// Fills the frames of personal blocks: the page is everybody's, what is loaded here is its reader's.

// A form comes back to be corrected (422), sent as another ticket (409) or sent later (429).
const UNDERSTOOD = [200, 409, 422, 429];

// Status 0 stands for no answer at all.
async function get(frame, address, options = {}) {
  frame.ariaBusy = "true";
  try {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    return { status: response.status, html: await response.text() };
  } catch {
    return { status: 0 };
  } finally {
    frame.ariaBusy = null;
  }
}

function show(frame, html) {
  const content = frame.querySelector("[data-hd-content]");
  const { name } = content.contains(document.activeElement) ? document.activeElement : {};
  content.innerHTML = html;
  frame.hidden = !html.trim();
  content.querySelectorAll("form[data-hd-ask]").forEach((form) => listen(frame, form));
  content.querySelectorAll("[data-hd-load]").forEach((button) =>
    button.addEventListener("click", () => load(frame, button.dataset.hdLoad)),
  );
  (content.querySelector("[data-hd-focus]") ?? content.querySelector(`[name="${name}"]`))?.focus();
}

// What cannot be loaded, or not without a login, leaves the frame as it was: with its link.
async function load(frame, address) {
  const { status, html } = await get(frame, address);
  if (UNDERSTOOD.includes(status)) show(frame, html);
}

async function send(frame, form, body) {
  const failed = form.querySelector("[data-hd-failed]");
  if (failed) failed.hidden = true;
  form.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = true));
  const address = form.dataset.hdAsk;
  const { status, html } =
    form.method === "post"
      ? await get(frame, address, { method: "POST", body })
      : await get(frame, `${address}?${new URLSearchParams(body)}`);
  if (UNDERSTOOD.includes(status)) {
    show(frame, html);
    carryOver(form, body, frame.querySelector("form[data-hd-ask]"));
  } else if (failed && (status === 0 || status >= 500)) stay(form, failed);
  else leave(form, body);
}

// What was typed while the form was on its way is newer than what comes back.
function carryOver(form, body, again) {
  form.querySelectorAll("[type=text], textarea").forEach(({ name, value }) => {
    if (again && value !== body.get(name)) again.elements[name].value = value;
  });
}

// Nobody would answer elsewhere either, and what was typed would be lost.
function stay(form, failed) {
  failed.hidden = false;
  form.querySelectorAll("[type=submit]").forEach((button) => (button.disabled = false));
  const former = form.querySelector("[data-hd-refill] option[selected]");
  if (former) former.selected = true;
}

// As a page of the helpdesk, which knows what to say. A change of category opens nothing there either.
function leave(form, body) {
  if (body.has("refill")) form.insertAdjacentHTML("beforeend", '<input type="hidden" name="refill" value="1">');
  form.submit();
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
