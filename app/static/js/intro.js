// The welcome above the sample: what to do here, and examples made of the collection's own captions.
import { byId, element } from "./element.js";

const LONGEST_EXAMPLE = 36;
const MOST_EXAMPLES = 5;
const MOST_LETTERS = 115; // of all examples together: one line of a desk's screen
const FEWEST_OWN = 3;
const GENERAL = ["a dog running", "people at a table", "sunset over water", "something red", "mountains in snow"];

function tidy(caption) {
  return caption.replace(/\s+/g, " ").replace(/\s*[.。]\s*$/, "").trim();
}

function shortestOf({ captions, caption }) {
  const tidied = (captions?.length ? captions : [caption ?? ""]).map(tidy);
  return tidied.reduce((best, one) => (one.length < best.length ? one : best));
}

/** Short captions of these hits that begin differently; `general` ones when the collection has too few. */
export function examplesFrom(hits, general = GENERAL) {
  const chosen = new Map();
  let letters = 0;
  for (const words of hits.map(shortestOf)) {
    const beginning = words.toLowerCase().split(" ").slice(0, 2).join(" ");
    const fits = words.length >= 4 && words.length <= LONGEST_EXAMPLE && letters + words.length <= MOST_LETTERS;
    if (!fits || chosen.has(beginning) || chosen.size === MOST_EXAMPLES) continue;
    chosen.set(beginning, words);
    letters += words.length;
  }
  return chosen.size >= FEWEST_OWN ? [...chosen.values()] : general;
}

export class Intro {
  #place = byId("intro");
  #list = byId("examples");

  /** `choose(words)` is called with an example; `link(words)` gives its address. */
  constructor({ choose, link }) {
    this.link = link;
    this.#list.addEventListener("click", (event) => {
      const example = event.target.closest("a");
      if (!example || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      choose(example.textContent);
    });
  }

  show(hits) {
    const examples = examplesFrom(hits).map((words) => element("li", {}, element("a", { href: this.link(words), dir: "auto" }, words)));
    this.#list.replaceChildren(...examples);
    this.#place.hidden = false;
  }

  hide() {
    this.#place.hidden = true;
  }
}
