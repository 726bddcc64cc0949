// What lies over the map: buttons, the caption of a picture, what is lit, and what is wrong. Decides nothing.
import { captionOf } from "./card.js";
import { element } from "./element.js";
import { wordsFor } from "./failure_words.js";
import { icon } from "./icon.js";
import { say } from "./words.js";

function round(name, symbol, action) {
  const made = element("button", { type: "button", className: "map-button", ariaLabel: name, title: name }, icon(symbol, 20));
  made.addEventListener("click", action);
  return made;
}

/** The buttons: { element, closer, farther, list }. `actions` has closer(), farther(), whole() and list(). */
export function makeTools(actions) {
  const closer = round(say("map.closer"), "add", actions.closer);
  const farther = round(say("map.farther"), "minus", actions.farther);
  const whole = round(say("map.whole"), "whole", actions.whole);
  const list = round(say("map.list"), "list", actions.list);
  list.ariaExpanded = "false";
  return { element: element("div", { className: "map-tools", role: "group", ariaLabel: say("map.tools") }, closer, farther, whole, list), list };
}

/** What a slot shows, in words. */
export function slotWords({ count, picture }) {
  const caption = captionOf(picture);
  return count > 1 ? `${caption} · ${say("map.others", { count: count - 1 })}` : caption;
}

/** The caption of the picture under the pointer or the keyboard. */
export class CaptionLine {
  element = element("p", { className: "map-caption", dir: "auto", ariaHidden: "true", hidden: true });

  show(slot) {
    this.element.hidden = !slot;
    if (slot) this.element.textContent = slotWords(slot);
  }
}

/** How many results are lit, and a button that shows them all. */
export class LitLine {
  #words = element("span", {});
  #button = element("button", { type: "button", className: "quiet" }, say("map.show_lit"));
  element = element("div", { className: "map-lit", hidden: true }, this.#words, this.#button);

  constructor(show) {
    this.#button.addEventListener("click", show);
  }

  /** These words, or null where nothing was asked; the button where something is lit. */
  show(words, isLit) {
    this.element.hidden = words === null;
    this.#words.textContent = words ?? "";
    this.#button.hidden = !isLit;
  }

  /** The search did not succeed. */
  fail(failure) {
    const { title, reason } = wordsFor(failure);
    this.#words.textContent = [title, reason].filter(Boolean).join(". ");
    this.#button.hidden = true;
    this.element.hidden = false;
  }
}

/** Why there is no map, and what to do. */
export class Trouble {
  element = element("div", { className: "map-trouble", role: "status", hidden: true });
  #again;

  constructor(again) {
    this.#again = again;
  }

  hide() {
    this.element.hidden = true;
  }

  /** A failure of the service, in words; these words, as failure_words.js gives them. */
  failed(failure, collection) {
    const none = failure.code === "no_map";
    const words = none ? { icon: "map", title: say("map.none"), reason: failure.detail } : wordsFor(failure, { collection });
    this.#show(words, true);
    return words;
  }

  empty() {
    this.#show({ icon: "empty", title: say("map.empty"), text: say("map.empty_text") }, false);
  }

  #show({ icon: symbol, title, reason, text, command }, again) {
    const lines = [reason, text].filter(Boolean).map((line) => element("p", {}, line));
    this.element.replaceChildren(icon(symbol, 30), element("h2", {}, title), ...lines);
    if (command) this.element.append(element("code", {}, command));
    if (again) {
      const button = element("button", { type: "button", className: "button button-main" }, say("map.again"));
      button.addEventListener("click", this.#again);
      this.element.append(button);
    }
    this.element.hidden = false;
  }
}
