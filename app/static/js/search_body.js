// A question as the service takes it: parameters of an address for plain words, a JSON body for everything else.
import { filterText } from "./filters.js";
import { hasDirection } from "./question.js";
import { hasEffect } from "./term.js";

/** Looked for where nothing is, so that filters alone bring pictures: their order then means nothing. */
export const ANYTHING = "a picture";

async function subject({ text, id, picture, kept, crop }) {
  if (picture) return { image: { base64: await picture.dataUrl(), crop } };
  if (kept) return { image: { kept } };
  return id ? { image: { id, crop } } : { text };
}

/** The terms whose pictures are sent, in the order in which the service answers under which ids it keeps them. */
export function sentTerms({ terms }) {
  const sent = terms.filter(({ picture }) => picture);
  return [...sent.filter(hasEffect), ...sent.filter(({ excluded }) => excluded)];
}

/** What GET /v1/search takes, for a question of words without further terms; null for others. */
export function parametersOf(question) {
  const { words, terms, like, dislike } = question;
  return words && terms.length === 0 ? { q: words, like, dislike, filter: filterText(question) } : null;
}

/** What POST /v1/search takes besides `k`. */
export async function bodyOf(question) {
  const { words, weight, terms, like, dislike, collection } = question;
  const query = words && weight !== 0 ? [{ text: words, weight }] : [];
  for (const term of terms.filter(hasEffect)) query.push({ ...(await subject(term)), weight: term.weight });
  return {
    query: hasDirection(question) ? query : [{ text: ANYTHING }],
    exclude: await Promise.all(terms.filter(({ excluded }) => excluded).map(subject)),
    like, dislike, collection,
    filter: filterText(question),
    fusion: "joint",
    ...(sentTerms(question).length ? { keep_pictures: true } : {}),
  };
}
