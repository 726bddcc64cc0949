// "Nothing here matches well", in words above pictures that are only the nearest, or above none; with what to try instead.
import { byId, element } from "./element.js";
import { isNoFilter } from "./filters.js";
import { examplesFrom } from "./intro.js";
import { say } from "./words.js";

/** What to try instead, as { text, changes } of the question: without what narrows it, one term alone, the captions of what is near. */
function waysOn(question, hits) {
  const { words, terms } = question;
  const texts = [words, ...terms.filter(({ text, weight, excluded }) => text && weight > 0 && !excluded).map(({ text }) => text)].filter(Boolean);
  const alone = texts.length > 1 || (texts.length === 1 && terms.length > 0) ? texts : [];
  const ways = [...new Set([...alone, ...examplesFrom(hits, [])])].map((text) => ({ text, changes: { words: text, weight: 1, terms: [] } }));
  if (terms.some(({ excluded }) => excluded)) ways.unshift({ text: say("nearest.all_exclusions"), changes: { terms: terms.filter(({ excluded }) => !excluded) } });
  if (!isNoFilter(question)) ways.unshift({ text: say("nearest.all_filters"), changes: { filters: {}, where: "" } });
  return ways;
}

export class Nearest {
  #place = byId("nearest");
  #listener;

  /** `listener` has change(changes) of the question, and linkTo(changes): the address of that. */
  constructor(listener) {
    this.#listener = listener;
  }

  hide() {
    this.#place.hidden = true;
  }

  /** Say it of these hits; their own captions are suggested, for of these there are pictures. */
  show(hits, question) {
    const advice = say(question.words ? "nearest.plain_words" : "nearest.a_part");
    const ways = waysOn(question, hits);
    this.#place.replaceChildren(
      element("h3", {}, say(hits.length ? "nearest.title" : "nearest.none")),
      element("p", {}, hits.length ? say("nearest.text", { advice }) : say("nearest.none_text")),
      ways.length ? this.#list(ways) : "",
    );
    this.#place.hidden = false;
  }

  #list(ways) {
    const links = ways.map(({ text, changes }) => {
      const link = element("a", { href: this.#listener.linkTo(changes), dir: "auto" }, text);
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.#listener.change(changes);
      });
      return element("li", {}, link);
    });
    return element("ul", { className: "examples", ariaLabel: say("nearest.examples") }, ...links);
  }
}
