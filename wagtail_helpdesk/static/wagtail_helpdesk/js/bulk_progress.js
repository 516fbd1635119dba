// Sends a form about many tickets in parts, and shows how far it is; at last the whole form, for its answer.

/** Tickets of one part. A form about no more of them is sent as it is. */
export const PART = 20;

const FORM = "form[data-hd-bulk]";
const sent = new WeakSet();
const sending = new WeakSet();

/** Return what a part of the form sends: everything, but only some of the tickets. */
export function buildPart(form, tickets) {
  const data = new FormData(form);
  data.delete("ticket");
  tickets.forEach((ticket) => data.append("ticket", ticket));
  data.set("part", "1");
  return data;
}

async function sendPart(form, tickets) {
  try {
    const response = await fetch(form.action, { method: "POST", body: buildPart(form, tickets) });
    return response.ok;
  } catch {
    return false;
  }
}

function showProgress(form, done, count) {
  const place = form.querySelector("[data-hd-progress]");
  if (!place) return;
  const bar = place.querySelector("progress") ?? document.createElement("progress");
  Object.assign(bar, { max: count, value: done });
  const text = place.dataset.hdText.replace("{done}", done).replace("{count}", count);
  bar.setAttribute("aria-label", text);
  place.replaceChildren(bar, ` ${text}`);
}

export async function sendInParts(form, button) {
  const tickets = new FormData(form).getAll("ticket");
  sending.add(form);
  for (let done = 0; done < tickets.length; done += PART) {
    showProgress(form, done, tickets.length);
    // What stops a part stops the whole form too, whose answer says why.
    if (!(await sendPart(form, tickets.slice(done, done + PART)))) break;
  }
  sending.delete(form);
  sent.add(form);
  // The server does nothing twice: it answers with what the parts did.
  form.requestSubmit(button);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches(FORM) || button?.name) return;
  if (sending.has(form)) return event.preventDefault();
  if (sent.delete(form) || new FormData(form).getAll("ticket").length <= PART) return;
  event.preventDefault();
  sendInParts(form, button);
});
