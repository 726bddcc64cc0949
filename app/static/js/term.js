// One term of a question: words, a picture of the collection, or a picture of the visitor's. A frozen value.
import { say } from "./words.js";

export const LARGEST_WEIGHT = 1;

/** A term of `text`, `id` or `picture` (a Picture). A weight below 0 pushes away; `excluded` throws out what is close. */
export function makeTerm({ text = "", id = null, picture = null, weight = 1, excluded = false }) {
  const bounded = Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, Number(weight) || 0));
  return Object.freeze({ text: text.replace(/\s+/g, " ").trim(), id, picture, weight: Math.round(bounded * 10) / 10, excluded: Boolean(excluded) });
}

/** What two terms share exactly when they look for the same thing, whatever their weights. */
export function subjectOf({ text, id, picture }) {
  return picture ? `yours:${picture.key}` : id ? `photo:${id}` : `text:${text}`;
}

export function isPicture({ id, picture }) {
  return Boolean(id || picture);
}

/** Whether the term moves the question: it is neither thrown out nor weighed 0. */
export function hasEffect({ weight, excluded }) {
  return !excluded && weight !== 0;
}

/** A weight as people read it, with a real minus. */
export function readableWeight(weight) {
  return weight === 0 ? "0" : `${weight > 0 ? "+" : "−"}${Math.abs(weight)}`;
}

/** The words for a term in the midst of a sentence. */
export function nameOfTerm(term) {
  if (term.picture) return say("term.your_picture");
  return term.id ? say("term.this_picture") : say("term.quoted", { text: term.text });
}

/** A term for an address, `0.5:text:snow` or `not:photo:ID`; null for a picture of the visitor's, which has none. */
export function writeTerm({ text, id, picture, weight, excluded }) {
  return picture ? null : `${excluded ? "not" : weight}:${id ? "photo" : "text"}:${id ?? text}`;
}

/** The term that an address names, or null if it names none. */
export function readTerm(written) {
  const parts = /^(not|-?\d+(?:\.\d+)?):(text|photo):(.+)$/s.exec(written);
  if (!parts) return null;
  const [, weight, kind, value] = parts;
  const subject = kind === "photo" ? { id: value } : { text: value };
  const term = makeTerm({ ...subject, weight: weight === "not" ? 1 : weight, excluded: weight === "not" });
  return term.text || term.id ? term : null;
}
