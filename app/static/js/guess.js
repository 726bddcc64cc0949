// Which of the names that the visitor types fits the open picture, in chances. The names stay from picture to picture.
import { element } from "./element.js";
import { percent } from "./relevance.js";
import { say } from "./words.js";

const SEPARATORS = /[,;，、；\n]+/;
const MOST_NAMES = 20;
const KEY = "sightline-names";

function namesIn(text) {
  return [...new Set(text.split(SEPARATORS).map((name) => name.trim()).filter(Boolean))].slice(0, MOST_NAMES);
}

function keptNames() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage may be forbidden: the names then last as long as the page
  }
}

export class Guess {
  #service;
  #field = element("input", { id: "names", type: "text", maxLength: 600, autocomplete: "off", value: keptNames(), placeholder: say("viewer.guess_placeholder") });
  #list = element("ul", { className: "guess-list" });
  #said = element("p", { className: "guess-said", ariaLive: "polite" });
  #request = null;
  #picture = null; // { id, collection }

  constructor(service) {
    this.#service = service;
    const form = element("form", {}, this.#field, element("button", { type: "submit", className: "button" }, say("viewer.guess_ask")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep();
      this.#ask();
    });
    const label = element("label", { htmlFor: "names" }, say("viewer.guess"));
    this.place = element("section", { className: "guess" }, element("h3", {}, label), form, this.#list, this.#said);
  }

  /** Another picture is open: the same names are asked of it. */
  show(id, collection) {
    this.#picture = { id, collection };
    this.#ask();
  }

  stop() {
    this.#request?.abort();
  }

  #keep() {
    try {
      sessionStorage.setItem(KEY, this.#field.value);
    } catch {
      // Storage may be forbidden.
    }
  }

  async #ask() {
    this.#request?.abort();
    const { signal } = (this.#request = new AbortController());
    const names = namesIn(this.#field.value);
    this.#said.textContent = "";
    this.#list.replaceChildren(...names.map((name) => this.#row(name, null)));
    if (names.length === 0) return;
    this.#list.append(this.#row(say("viewer.guess_none"), null)); // its room, before the answer comes
    const { id, collection } = this.#picture;
    const answer = await this.#service.classify(id, names, collection, signal).catch((failure) => failure);
    if (signal.aborted) return;
    if (answer instanceof Error) {
      this.#list.replaceChildren();
      this.#said.textContent = answer.detail || say("viewer.guess_failed");
      return;
    }
    this.#show(answer);
  }

  #show({ classes, none_of_these: none }) {
    // Probabilities that add up to 1 suppose that one of the names fits; others judge each by itself.
    const sum = classes.reduce((all, { probability }) => all + probability, 0);
    const share = Math.abs(sum - 1) < 0.01 ? 1 - none : 1;
    const all = classes.map(({ classname, probability }) => ({ name: classname, probability: probability * share }));
    all.push({ name: say("viewer.guess_none"), probability: none });
    this.#list.replaceChildren(...all.map(({ name, probability }) => this.#row(name, probability)));
    const best = none > 0.5 ? { name: say("viewer.guess_none"), probability: none } : all[0];
    this.#said.textContent = say("viewer.guess_best", { name: best.name, chance: percent(best.probability) });
  }

  #row(name, probability) {
    const filled = element("span", { className: "bar-filled" });
    filled.style.width = `${(probability ?? 0) * 100}%`;
    return element("li", {},
      element("span", { className: "why-name", dir: "auto" }, name),
      element("span", { className: "why-value" }, probability === null ? "…" : percent(probability)),
      element("span", { className: "why-bar", ariaHidden: "true" }, filled));
  }
}
