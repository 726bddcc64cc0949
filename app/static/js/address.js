// The address bar: a view of the page to and from a URL and its history entry. Decides nothing about what is shown.
import { isEmpty, makeQuestion } from "./question.js";
import { readValue, writeValue } from "./filters.js";
import { recallPicture } from "./picture.js";
import { keptId, makeTerm, readTerm, writeTerm } from "./term.js";

const FIELD = "is."; // before the name of a field whose values are chosen: is.colour=red

function isPlainPicture(term) {
  return term?.id && term.weight === 1 && !term.excluded && !term.crop;
}

/** The pictures of the visitor's, which live in the history entry: where among the terms they stand, and how. The address itself has
 *  at most the id under which the service keeps what they look like. */
function uploadsOf({ terms }) {
  return terms.flatMap((term, at) => {
    const { picture, crop, weight, excluded } = term;
    return picture ? [{ key: picture.key, kept: keptId(term), at, crop, weight, excluded }] : [];
  });
}

/** Addresses of earlier versions share the weight between one picture and the words: `balance` is that of the words. */
function sharedWeights(parameters) {
  const balance = Number.parseFloat(parameters.get("balance") ?? "");
  return balance >= 0.1 && balance <= 0.9 ? { words: balance, picture: 1 - balance } : { words: 1, picture: 1 };
}

function termsFrom(parameters, pictureWeight) {
  const similar = parameters.get("similar");
  const terms = parameters.getAll("term").map(readTerm).filter(Boolean);
  if (similar) terms.unshift(makeTerm({ id: similar, weight: pictureWeight }));
  for (const { key, kept, at, crop, weight, excluded } of history.state?.uploads ?? []) {
    const picture = recallPicture(key);
    const known = terms.findIndex((term) => kept && term.kept === kept);
    if (picture) terms.splice(known < 0 ? at : known, known < 0 ? 0 : 1, makeTerm({ picture, crop, weight, excluded }));
  }
  return terms;
}

function filtersFrom(parameters) {
  const names = [...new Set(parameters.keys())].filter((name) => name.startsWith(FIELD) && name.length > FIELD.length);
  return Object.fromEntries(names.map((name) => [name.slice(FIELD.length), parameters.getAll(name).map(readValue)]));
}

function writeTerms(parameters, { terms }) {
  const [first] = terms;
  if (isPlainPicture(first)) parameters.set("similar", first.id);
  for (const term of isPlainPicture(first) ? terms.slice(1) : terms) if (writeTerm(term)) parameters.append("term", writeTerm(term));
}

export class Address {
  /** The collection that goes without saying, and so is left out of links. */
  plainCollection = null;

  /** The relative link to a view: a question, and the id of the picture open in the full view. */
  linkTo(question, open = null) {
    const { words, weight, terms, like, dislike, filters, where, sort, collection } = question;
    const parameters = new URLSearchParams();
    if (words) parameters.set("q", words);
    if (words && terms.length && weight !== 1) parameters.set("weight", weight);
    writeTerms(parameters, question);
    like.forEach((id) => parameters.append("like", id));
    dislike.forEach((id) => parameters.append("dislike", id));
    for (const [field, values] of Object.entries(filters)) values.forEach((value) => parameters.append(FIELD + field, writeValue(value)));
    if (where) parameters.set("where", where);
    if (sort && !isEmpty(question)) parameters.set("sort", sort);
    if (collection && collection !== this.plainCollection) parameters.set("collection", collection);
    if (open) parameters.set("open", open);
    const query = parameters.toString();
    return query ? `?${query}` : location.pathname;
  }

  /** The view that the address bar names: { question, open }. */
  read() {
    const parameters = new URLSearchParams(location.search);
    const shared = sharedWeights(parameters);
    const question = makeQuestion({
      words: parameters.get("q") ?? "",
      weight: parameters.get("weight") ?? shared.words,
      terms: termsFrom(parameters, shared.picture),
      like: parameters.getAll("like"),
      dislike: parameters.getAll("dislike"),
      filters: filtersFrom(parameters),
      where: parameters.get("where") ?? "",
      sort: parameters.get("sort") ?? "",
      collection: parameters.get("collection") ?? this.plainCollection,
    });
    return { question, open: parameters.get("open") };
  }

  /** Write a view as a new entry of the history. `opened`: closing the full view steps back to the entry before. */
  push({ question, open = null, fragment = location.hash }, { opened = false } = {}) {
    history.pushState({ uploads: uploadsOf(question), opened, y: opened ? window.scrollY : 0 }, "", this.linkTo(question, open) + fragment);
  }

  /** Write a view over the present entry. */
  replace({ question, open = null, fragment = location.hash }) {
    history.replaceState({ ...history.state, uploads: uploadsOf(question) }, "", this.linkTo(question, open) + fragment);
  }

  /** Keep how far down the visitor is and how many pictures were asked for, for the way back and for a reload. */
  rememberPlace(y, k) {
    history.replaceState({ ...history.state, y, k }, "");
  }

  get place() {
    return { y: history.state?.y ?? 0, k: history.state?.k ?? null };
  }

  get openedHere() {
    return history.state?.opened === true;
  }
}
