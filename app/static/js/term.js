// One term of a question: words, a picture of the collection, or a picture of the visitor's; or a part of a picture. A frozen value.
import { cropOf, cropText } from "./crop.js";
import { say } from "./words.js";

const LARGEST_WEIGHT = 1;

/** A term of `text`, `id`, `picture` (a Picture), or `kept`: the id under which the service keeps what somebody's picture looks like.
 *  `crop` (of crop.js) is the part of the picture that counts. A weight below 0 pushes away; `excluded` throws out what is close. */
export function makeTerm({ text = "", id = null, picture = null, kept = null, crop = null, weight = 1, excluded = false }) {
  const bounded = Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, Number(weight) || 0));
  return Object.freeze({
    text: text.replace(/\s+/g, " ").trim(), id, picture, kept, crop: id || picture ? cropOf(crop) : null,
    weight: Math.round(bounded * 10) / 10, excluded: Boolean(excluded),
  });
}

/** What two terms share exactly when they look for the same thing, whatever their weights. */
export function subjectOf({ text, id, picture, kept, crop }) {
  if (!picture && !id) return kept ? `kept:${kept}` : `text:${text}`;
  return `${picture ? `yours:${picture.key}` : `photo:${id}`}@${cropText(crop)}`;
}

export function isPicture({ id, picture, kept }) {
  return Boolean(id || picture || kept);
}

/** The id under which the service keeps what the term looks for, if it does. */
export function keptId({ picture, kept, crop }) {
  return picture ? picture.kept[cropText(crop)] ?? null : kept;
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
  if (term.crop) return say(term.picture ? "term.your_part" : "term.this_part");
  if (term.picture) return say("term.your_picture");
  if (term.kept) return say("term.linked_picture");
  return term.id ? say("term.this_picture") : say("term.quoted", { text: term.text });
}

/** A term for an address: `0.5:text:snow`, `not:photo:ID`, `1:photo@0.1,0,0.5,1:ID`, `1:kept:ID`; null for a picture that is not kept. */
export function writeTerm(term) {
  const { text, id, weight, excluded, crop } = term;
  const written = excluded ? "not" : weight;
  if (id) return `${written}:photo${crop ? `@${cropText(crop)}` : ""}:${id}`;
  if (!isPicture(term)) return `${written}:text:${text}`;
  return keptId(term) && `${written}:kept:${keptId(term)}`;
}

/** The term that an address names, or null if it names none. */
export function readTerm(written) {
  const parts = /^(not|-?\d+(?:\.\d+)?):(text|photo|kept)(?:@([\d.,]+))?:(.+)$/s.exec(written);
  if (!parts) return null;
  const [, weight, kind, crop, value] = parts;
  const subject = { photo: { id: value, crop }, kept: { kept: value }, text: { text: value } }[kind];
  const term = makeTerm({ ...subject, weight: weight === "not" ? 1 : weight, excluded: weight === "not" });
  return term.text || isPicture(term) ? term : null;
}
