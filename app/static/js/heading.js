// The line above the pictures: what they answer. At home it offers another sample.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { hasDirection, isEmpty } from "./question.js";
import { hasEffect, isPicture, nameOfTerm } from "./term.js";
import { listed, listedParts, say, sayParts } from "./words.js";

const NAME = "Sightline";

/** What is looked for: { texts, pictures }, the words of the box first. */
function wanted({ words, terms }) {
  const towards = terms.filter((term) => hasEffect(term) && term.weight > 0);
  const texts = towards.filter((term) => !isPicture(term)).map(({ text }) => text);
  return { texts: [...(words ? [words] : []), ...texts], pictures: towards.filter(isPicture) };
}

/** What takes away, in words: terms pushed away from, terms left out. */
function takenAway({ terms }) {
  const less = terms.filter((term) => hasEffect(term) && term.weight < 0).map(nameOfTerm);
  const without = terms.filter(({ excluded }) => excluded).map(nameOfTerm);
  return [
    ...(less.length ? [say("heading.less", { terms: listed(less) })] : []),
    ...(without.length ? [say("heading.without", { terms: listed(without) })] : []),
  ];
}

function likeness(pictures) {
  const count = pictures.length;
  if (count === 1 && pictures[0].crop) return say("heading.like_part");
  return say(pictures.every(({ picture }) => picture) ? "heading.like_yours" : "heading.like_these", { count });
}

/** The headline as texts and elements; `only` is "nearest" or "none" where nothing matches. */
function headline(question, only) {
  const { texts, pictures } = wanted(question);
  const count = question.like.length;
  const strong = texts.map((text) => element("b", { dir: "auto" }, text));
  const terms = listedParts([...(only ? pictures.map(nameOfTerm) : []), ...strong]);
  let made;
  if (only && terms.length) made = sayParts(only === "none" ? "heading.none" : "heading.nearest", { terms });
  else if (pictures.length && strong.length) made = sayParts("heading.like_and", { likeness: likeness(pictures), terms });
  else if (pictures.length) made = [likeness(pictures)];
  else if (strong.length) made = sayParts("heading.best", { terms });
  else if (count) made = [say("heading.examples", { count })];
  else made = [say(hasDirection(question) ? "heading.pictures" : "heading.filtered")];
  const more = [...(count && (texts.length || pictures.length) ? [say("heading.steered", { count })] : []), ...takenAway(question)];
  return [...made.flat(), ...more.map((text) => say("heading.and", { text }))];
}

/** What the pictures answer, as plain words for the page's title and the live region. */
export function describe(question) {
  const { texts, pictures } = wanted(question);
  const count = question.like.length;
  const names = [...pictures.map(nameOfTerm), ...texts.map((text) => (pictures.length ? say("heading.quoted", { text }) : text))];
  const main = names.length ? listed(names) : say(count ? "heading.by_examples" : "heading.any", { count });
  const filtered = question.where || Object.keys(question.filters).length ? [say("heading.within")] : [];
  return main + [...takenAway(question), ...filtered].map((text) => say("heading.and", { text })).join("");
}

export class Heading {
  #place = byId("heading");
  #text = byId("heading-text");
  #shuffle = byId("shuffle");

  title = NAME; // of the page, while the pictures are on show

  constructor(onShuffle) {
    this.#shuffle.append(icon("shuffle", 18), say("heading.other"));
    this.#shuffle.addEventListener("click", onShuffle);
  }

  /** `partial`: the pictures are a sample of more; `only`: "nearest" where nothing matches well, "none" where nothing is left. */
  show(question, { partial, only = null }) {
    const home = isEmpty(question);
    const line = home ? [say(partial ? "heading.sample" : "heading.whole")] : headline(question, only);
    this.#text.replaceChildren(...line);
    this.#shuffle.hidden = !home || !partial;
    this.#place.hidden = false;
    this.title = home ? NAME : `${describe(question)} · ${NAME}`;
  }

  hide() {
    this.#place.hidden = true;
  }
}
