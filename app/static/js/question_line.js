// A question as one line of text, as the service reads it. Knows no element of the page.
import { isCombined } from "./question.js";

function quoted(text) {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Words and a picture of the collection as one line; null where a picture of the visitor's asks, which no line can hold. */
export function asOneLine(question) {
  const { words, similar, picture, balance } = question;
  if (picture) return words || null;
  if (isCombined(question)) return `${quoted(words)}:${balance} + photo:${quoted(similar)}:${(1 - balance).toFixed(2)}`;
  return similar ? `photo:${quoted(similar)}` : words || null;
}
