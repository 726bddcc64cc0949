// "Nothing here matches well", in words above pictures that are only the nearest, with what to try instead.
import { byId, element } from "./element.js";
import { examplesFrom } from "./intro.js";
import { say } from "./words.js";

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
    const advice = say(hasWords ? "nearest.plain_words" : "nearest.a_part");
    const suggestions = examplesFrom(hits, []);
    this.#place.replaceChildren(
      element("h3", {}, say("nearest.title")),
      element("p", {}, say("nearest.text", { advice })),
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
    return element("ul", { className: "examples", ariaLabel: say("nearest.examples") }, ...links);
  }
}
