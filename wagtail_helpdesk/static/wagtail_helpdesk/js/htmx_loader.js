// Loads htmx where a part of the page uses it, once, and only if the site has not loaded its own.

const isNeeded = (part) => part.querySelector("[data-hx-get], [data-hx-post]") !== null;

// A later script of the site may be its own htmx.
const loaded = new Promise((resolve) => {
  if (document.readyState === "complete") resolve();
  else document.addEventListener("DOMContentLoaded", resolve, { once: true });
});
let loading = null;

/** Load htmx as the inert template of the page describes it: its configuration, then its script. */
function loadHtmx() {
  const { content } = document.querySelector("template[data-hd-htmx]");
  const settings = content.querySelector("meta");
  // htmx reads it only when it starts before the document has loaded.
  document.head.append(document.importNode(settings, true));
  const { src } = content.querySelector("script");
  // Of a script of this page: django-htmx writes none in its older versions.
  const { nonce } = document.querySelector("script[nonce]") ?? {};
  const script = Object.assign(document.createElement("script"), { src, nonce });
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => {
      Object.assign(window.htmx.config, JSON.parse(settings.content));
      resolve();
    });
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

document.addEventListener("hd:enhance", async ({ target }) => {
  if (!isNeeded(target)) return;
  await loaded;
  if (!window.htmx) await (loading ??= loadHtmx());
  window.htmx.process(target === document ? document.body : target);
});
