// A question: words, further terms, examples that were liked or not, and filters. A frozen value.
import { hasEffect, isPicture, makeTerm, subjectOf } from "./term.js";
import { isNoFilter, makeFilters } from "./filters.js";

const SORTS = ["newest", "oldest"];
export const MOST_TERMS = 15; // the service takes 16, and the words are one

function unique(items, keyOfItem = (item) => item) {
  return [...new Map(items.map((item) => [keyOfItem(item), item])).values()];
}

/** A question. `sort` is "" (best first), "newest" or "oldest"; `weight` is that of the words; `terms` (of term.js) come besides; `like` and `dislike` are ids. */
export function makeQuestion({ words = "", weight = 1, terms = [], like = [], dislike = [], filters = {}, where = "", sort = "", collection = null } = {}) {
  return Object.freeze({
    words: words.replace(/\s+/g, " ").trim(),
    weight: makeTerm({ weight }).weight,
    terms: Object.freeze(unique(terms, subjectOf).slice(-MOST_TERMS)),
    like: Object.freeze(unique(like)),
    dislike: Object.freeze(unique(dislike).filter((id) => !like.includes(id))),
    filters: makeFilters(filters),
    where: where.trim(),
    sort: SORTS.includes(sort) ? sort : "",
    collection,
  });
}

/** Nothing is asked at all: the collection shows itself. */
export function isEmpty({ words, terms, like, dislike, filters, where }) {
  return !words && terms.length + like.length + dislike.length === 0 && isNoFilter({ filters, where });
}

/** Nothing is asked but words. */
export function isPlain(question) {
  return isEmpty({ ...question, words: "" });
}

/** Something is looked for; without it filters and exclusions only narrow the collection. */
export function hasDirection({ words, weight, terms, like }) {
  return Boolean((words && (terms.length === 0 || weight !== 0)) || terms.some(hasEffect) || like.length);
}

/** The ids of the pictures that are looked for: they need not be found. */
export function soughtIds({ terms }) {
  return new Set(terms.filter((term) => term.id && !term.excluded && term.weight > 0).map(({ id }) => id));
}

/** The terms without the one of this subject. */
export function termsWithout({ terms }, subject) {
  return terms.filter((term) => subjectOf(term) !== subject);
}

/** The terms with other properties for the one of this subject. */
export function termsWith({ terms }, subject, changes) {
  return terms.map((term) => (subjectOf(term) === subject ? makeTerm({ ...term, ...changes }) : term));
}

export function showsPictures({ terms }) {
  return terms.some(isPicture);
}

/** A text that two questions share exactly when they ask the same. */
export function keyOf({ words, weight, terms, like, dislike, filters, where, sort, collection }) {
  const parts = terms.map((term) => [subjectOf(term), term.excluded ? "not" : term.weight]);
  return JSON.stringify([words, words && terms.length ? weight : null, parts, like, dislike, filters, where, sort, collection]);
}
