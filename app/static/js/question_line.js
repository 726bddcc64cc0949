// A question as one line of text, as the service reads it. Knows no element of the page.
import { hasEffect } from "./term.js";

function quoted(text) {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The terms of a question as one line; null where a picture of the visitor's asks, a part of one, or nothing that a line can hold. */
export function asOneLine({ words, weight, terms }) {
  if (terms.length === 0) return words || null;
  const all = [...(words ? [{ text: words, weight }] : []), ...terms].filter(hasEffect).sort((one, other) => other.weight - one.weight);
  if (all.some(({ picture, kept, crop }) => picture || kept || crop) || !(all[0]?.weight > 0)) return null;
  const written = all.map(({ text, id, weight: w }) => `${w < 0 ? "- " : "+ "}${id ? `photo:${quoted(id)}` : quoted(text)}:${Math.abs(w)}`);
  return written.join(" ").slice(2);
}
