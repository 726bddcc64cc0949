// A question: words, a picture of the collection, a picture of the visitor's, or words with one of them. A frozen value.

export const EVEN_BALANCE = 0.5;

/** A question; `similar` (an image id) and `picture` (a Picture) exclude each other. `balance` is the share of the words. */
export function makeQuestion({ words = "", similar = null, picture = null, balance = EVEN_BALANCE, collection = null } = {}) {
  return Object.freeze({
    words: words.replace(/\s+/g, " ").trim(),
    similar: picture ? null : similar,
    picture,
    balance,
    collection,
  });
}

export function isEmpty({ words, similar, picture }) {
  return !words && !similar && !picture;
}

/** Words and a picture at once: only then does the balance matter. */
export function isCombined({ words, similar, picture }) {
  return Boolean(words && (similar || picture));
}

/** A text that two questions share exactly when they ask the same. */
export function keyOf(question) {
  const { words, similar, picture, balance, collection } = question;
  return JSON.stringify([words, similar, picture?.key ?? null, isCombined(question) ? balance : null, collection]);
}
