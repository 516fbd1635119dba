// Marks a ticket as read once its page is in sight: sends the form that is a button without JavaScript.

async function sendMark(form) {
  form.removeAttribute("data-hd-mark-read");
  try {
    const body = new URLSearchParams(new FormData(form));
    // As a script: the answer is empty, instead of the page once more.
    const response = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    form.hidden = response.status === 204;
    // The number of unread tickets changes with it.
    if (form.hidden) document.dispatchEvent(new CustomEvent("hd:read"));
  } catch {
    form.hidden = false;
  }
}

function sendMarks() {
  // A page that the browser loads in advance, or in the background, was not read.
  if (document.hidden || document.prerendering) return;
  document.querySelectorAll("form[data-hd-mark-read]").forEach(sendMark);
}

document.addEventListener("hd:enhance", sendMarks);
document.addEventListener("visibilitychange", sendMarks);
document.addEventListener("prerenderingchange", sendMarks);
