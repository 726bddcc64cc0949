// The line above the pictures: what they answer. At home it offers another sample.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { isEmpty } from "./question.js";

const NAME = "Sightline";

/** What the pictures answer, as plain words for the page's title and the live region. */
export function describe({ words, similar, picture }) {
  if (picture) return words ? `your picture and “${words}”` : "your picture";
  if (similar) return words ? `this picture and “${words}”` : "this picture";
  return words;
}

function headline({ words, similar, picture }) {
  const strong = element("b", { dir: "auto" }, words);
  if (!similar && !picture) return ["Best matches for ", strong];
  const like = picture ? "Pictures like yours" : "Pictures like this one";
  return words ? [`${like}, and `, strong] : [like];
}

export class Heading {
  #place = byId("heading");
  #text = byId("heading-text");
  #shuffle = byId("shuffle");

  constructor(onShuffle) {
    this.#shuffle.append(icon("shuffle", 18), "Other pictures");
    this.#shuffle.addEventListener("click", onShuffle);
  }

  /** `partial`: the pictures are a sample of more. */
  show(question, { partial }) {
    const home = isEmpty(question);
    this.#text.replaceChildren(...(home ? [partial ? "From the collection" : "The whole collection"] : headline(question)));
    this.#shuffle.hidden = !home || !partial;
    this.#place.hidden = false;
    document.title = home ? NAME : `${describe(question)} · ${NAME}`;
  }

  hide() {
    this.#place.hidden = true;
  }
}
