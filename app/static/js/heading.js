// The line above the pictures: what they answer. At home it offers another sample.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { hasDirection, isEmpty } from "./question.js";
import { hasEffect, isPicture, nameOfTerm } from "./term.js";

const NAME = "Sightline";

function joined(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function count(items, one, many) {
  return items.length === 1 ? one : `${items.length} ${many}`;
}

/** What takes away: terms pushed away from, terms left out. */
function takenAway({ terms }) {
  const less = terms.filter((term) => hasEffect(term) && term.weight < 0);
  const left_out = terms.filter(({ excluded }) => excluded);
  return [
    less.length ? `less ${joined(less.map(nameOfTerm))}` : null,
    left_out.length ? `without ${joined(left_out.map(nameOfTerm))}` : null,
  ].filter(Boolean);
}

function wanted({ words, terms }) {
  const texts = terms.filter((term) => hasEffect(term) && term.weight > 0 && !isPicture(term)).map(({ text }) => text);
  const pictures = terms.filter((term) => hasEffect(term) && term.weight > 0 && isPicture(term));
  return { texts: [...(words ? [words] : []), ...texts], pictures };
}

function likeness(pictures) {
  if (pictures.every(({ picture }) => picture)) return pictures.length > 1 ? "Pictures like your pictures" : "Pictures like yours";
  return pictures.length > 1 ? `Pictures like these ${pictures.length}` : "Pictures like this one";
}

/** The headline as [text, isStrong] pieces. */
function pieces(question) {
  const { texts, pictures } = wanted(question);
  const examples = count(question.like, "an example", "examples");
  const strong = texts.flatMap((text, at) => [...(at ? [[at === texts.length - 1 ? " and " : ", ", false]] : []), [text, true]]);
  let made;
  if (pictures.length) made = [[texts.length ? `${likeness(pictures)}, and ` : likeness(pictures), false], ...strong];
  else if (texts.length) made = [["Best matches for ", false], ...strong];
  else if (question.like.length) made = [[`More like ${examples} of yours`, false]];
  else made = [[hasDirection(question) ? "Pictures" : "Pictures of the collection", false]];
  if (question.like.length && (texts.length || pictures.length)) made.push([`, steered by ${examples}`, false]);
  return [...made, ...takenAway(question).map((text) => [`, ${text}`, false])];
}

/** What the pictures answer, as plain words for the page's title and the live region. */
export function describe(question) {
  const { texts, pictures } = wanted(question);
  const names = [...(pictures.length ? [joined(pictures.map(nameOfTerm))] : []), ...texts.map((text) => (pictures.length ? `“${text}”` : text))];
  const main = joined(names) || (question.like.length ? count(question.like, "an example", "examples") : "pictures");
  const filtered = question.where || Object.keys(question.filters).length ? ["filtered"] : [];
  return [main, ...takenAway(question), ...filtered].join(", ");
}

export class Heading {
  #place = byId("heading");
  #text = byId("heading-text");
  #shuffle = byId("shuffle");

  title = NAME; // of the page, while the pictures are on show

  constructor(onShuffle) {
    this.#shuffle.append(icon("shuffle", 18), "Other pictures");
    this.#shuffle.addEventListener("click", onShuffle);
  }

  /** `partial`: the pictures are a sample of more. */
  show(question, { partial }) {
    const home = isEmpty(question);
    const line = pieces(question).map(([text, isStrong]) => (isStrong ? element("b", { dir: "auto" }, text) : text));
    this.#text.replaceChildren(...(home ? [partial ? "From the collection" : "The whole collection"] : line));
    this.#shuffle.hidden = !home || !partial;
    this.#place.hidden = false;
    this.title = home ? NAME : `${describe(question)} · ${NAME}`;
  }

  hide() {
    this.#place.hidden = true;
  }
}
