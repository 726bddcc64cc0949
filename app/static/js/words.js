// The page's words in the visitor's language, numbers and times with them. Finds and fills them in; the tables hold them.

const LOCALES = { en: "en-GB", zh: "zh-CN" };
// first_paint.js has chosen, before anything was drawn.
export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

const locale = LOCALES[language];
const plural = new Intl.PluralRules(locale);
const enumeration = new Intl.ListFormat(locale);
const figures = new Intl.NumberFormat(locale);
const table = {};
const taken = new Map(); // text → its pieces: every second one is the name of a parameter
const PLACES = [
  ["data-say", "textContent"], ["data-say-label", "ariaLabel"], ["data-say-title", "title"], ["data-say-placeholder", "placeholder"],
];

/** Load the words of a part that is loaded on demand, before it says anything; without a name those of the page itself. */
export async function addWords(part = null) {
  const name = part ? `words_${part}_${language}` : `words_${language}`;
  Object.assign(table, (await import(`./${name}.js`)).default);
}

/** As say, in pieces to append: strings, and the parameters as they are, elements too. */
export function sayParts(key, params = {}) {
  const entry = table[key] ?? key;
  const text = typeof entry === "string" ? entry : (entry[plural.select(params.count)] ?? entry.other);
  if (!taken.has(text)) taken.set(text, text.split(/\{(\w+)\}/));
  return taken.get(text).map((part, at) => (at % 2 ? params[part] : part)).filter((part) => part !== "");
}

/** The words of a key, with `params` in the places of their names; `count` chooses between one and many. */
export function say(key, params) {
  return sayParts(key, params).map((part) => (typeof part === "number" ? figures.format(part) : part)).join("");
}

/** "1,234"; `options` are those of Intl.NumberFormat. */
export function number(value, options) {
  return value.toLocaleString(locale, options);
}

/** A time in milliseconds since 1970; `options` are those of Intl.DateTimeFormat. */
export function time(at_ms, options) {
  return new Date(at_ms).toLocaleString(locale, options);
}

/** "one, two and three". */
export function listed(items) {
  return enumeration.format(items);
}

/** As listed, in pieces to append: the items may be elements. */
export function listedParts(items) {
  return enumeration.formatToParts(items.map((_, at) => String(at))).map(({ type, value }) => (type === "element" ? items[value] : value));
}

/** Fill in the words that the page's own elements name in data-say attributes. */
export function sayPage(root = document) {
  for (const [attribute, property] of PLACES) {
    for (const place of root.querySelectorAll(`[${attribute}]`)) place[property] = say(place.getAttribute(attribute));
  }
}
