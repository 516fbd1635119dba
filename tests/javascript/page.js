// A page without a browser: one window for each test file, with the modules that the file asks for.

import { mock } from "node:test";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><html lang=en><body></body></html>", {
  url: "https://intranet.example.org/assistance/",
  pretendToBeVisual: true,
});

for (const name of [
  "window", "document", "location", "localStorage", "CustomEvent", "DOMParser", "Element", "Event",
  "FormData", "HTMLFormElement", "KeyboardEvent", "MouseEvent", "SubmitEvent",
]) globalThis[name] = window[name];
Object.defineProperty(globalThis, "navigator", { value: window.navigator, configurable: true });

// What jsdom does not do: it has no pages to go to, and shows nothing.
window.HTMLFormElement.prototype.submit = mock.fn();
window.HTMLFormElement.prototype.requestSubmit = mock.fn();

export const sentForms = window.HTMLFormElement.prototype.submit.mock;
export const pressedButtons = window.HTMLFormElement.prototype.requestSubmit.mock;

/** Load a module as a page does, and return what it exports. */
export const load = (name) => import(`../../wagtail_helpdesk/static/wagtail_helpdesk/js/${name}.js`);

/** Show a page, as main.js does. */
export function show(html) {
  document.body.innerHTML = html;
  dispatch(document, "hd:enhance");
}

export const find = (selector) => document.querySelector(selector);

export function dispatch(target, name, detail) {
  const options = { bubbles: true, cancelable: true };
  const event = detail ? new CustomEvent(name, { ...options, detail }) : new Event(name, options);
  target.dispatchEvent(event);
  return event;
}

export function type(selector, value) {
  const field = find(selector);
  field.value = value;
  dispatch(field, "input");
}

export const click = (selector) => dispatch(find(selector), "click");
export const submit = (selector = "form") => dispatch(find(selector), "submit");
