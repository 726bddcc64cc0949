// "Nothing here matches well", in words above pictures that are only the nearest, with what to try instead.
import { byId, element } from "./element.js";
import { examplesFrom } from "./intro.js";

export const NOTHING_MATCHES = "Nothing here matches well";

export class Nearest {
  #place = byId("nearest");
  #choose;
  #link;

  /** `choose(words)` is called with a suggestion; `link(words)` gives its address. */
  constructor({ choose, link }) {
    this.#choose = choose;
    this.#link = link;
  }

  hide() {
    this.#place.hidden = true;
  }

  /** Say it of these hits; their own captions are suggested, for of these there are pictures. */
  show(hits, hasWords) {
    const advice = hasWords
      ? "Plain words for what can be seen work best: things, colours, places."
      : "A part of it, or words beside it, may find more.";
    const suggestions = examplesFrom(hits, []);
    this.#place.replaceChildren(
      element("h3", {}, NOTHING_MATCHES),
      element("p", {}, `Most likely no picture of the collection is what you asked for: these are only the nearest. ${advice}`),
      suggestions.length ? this.#list(suggestions) : "",
    );
    this.#place.hidden = false;
  }

  #list(suggestions) {
    const links = suggestions.map((words) => {
      const link = element("a", { href: this.#link(words), dir: "auto" }, words);
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.#choose(words);
      });
      return element("li", {}, link);
    });
    return element("ul", { className: "examples", ariaLabel: "What the collection has" }, ...links);
  }
}
