// The small things that all rooms of the house are made of. Know nothing of the service.
import { element } from "./element.js";
import { say, time } from "./words.js";

export function button(label, action, className = "button") {
  const made = element("button", { type: "button", className }, label);
  made.addEventListener("click", action);
  return made;
}

/** A state in a word; `tone` is "good", "busy", "bad" or nothing. */
export function badge(text, tone = "") {
  return element("span", { className: `badge ${tone && `badge-${tone}`}` }, text);
}

export function when(iso) {
  return time(Date.parse(iso), { dateStyle: "medium", timeStyle: "short" });
}

const ROLES = { search: "house.role_search", write: "house.role_write", admin: "house.role_admin" };

export function roleName(role) {
  return say(ROLES[role]);
}

/** Seconds in words, roughly. */
export function lasting(seconds) {
  if (seconds < 90) return say("house.seconds", { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return say("house.minutes", { count: Math.round(seconds / 60) });
  return say("house.hours", { count: Math.round(seconds / 3600) });
}

export function heading(title, lead, ...tools) {
  return element("header", { className: "house-head" },
    element("div", {}, element("h2", { tabIndex: -1 }, title), element("p", {}, lead)),
    tools.length ? element("div", { className: "house-tools" }, ...tools) : null);
}

let made = 0;

/** A labelled input with a hint under it. */
export function field(label, input, hint = null) {
  made += 1;
  input.id = `house-field-${made}`;
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  return element("div", { className: "house-field" },
    element("label", { htmlFor: input.id }, label), input, hint ? element("p", { className: "house-hint", id: `${input.id}-hint` }, hint) : null);
}

export function checkbox(label, input) {
  return element("label", { className: "house-check" }, input, element("span", {}, label));
}

/** A place for a list that is empty. */
export function nothing(text) {
  return element("p", { className: "house-nothing" }, text);
}

/** Hide these elements, or show them; the focus of one that goes moves to `heir`. */
export function shown(parts, isShown, heir) {
  for (const part of parts) {
    const loses = !isShown && part.contains(document.activeElement);
    part.hidden = !isShown;
    if (loses) heir.focus();
  }
}
