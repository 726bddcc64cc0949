// What is asked besides plain words, as a row of chips: terms with their weights, examples, filters. Reports changes.
import { byId, element } from "./element.js";
import { drawAfresh } from "./draw_afresh.js";
import { readableField, toggled } from "./filters.js";
import { icon } from "./icon.js";
import { termsWith, termsWithout } from "./question.js";
import { subjectOf } from "./term.js";
import { chipPicture, smallButton, TermChip } from "./term_chip.js";
import { say } from "./words.js";

const WORDS = "words";
const EXAMPLES = { like: ["chips.good", "chips.forget_good"], dislike: ["chips.bad", "chips.forget_bad"] };

function exampleChip(id, kind, collection, remove) {
  const [title, forget] = EXAMPLES[kind].map((key) => say(key));
  const parts = [icon(kind, 18), chipPicture({ id }, collection), smallButton(forget, "close", remove)];
  return element("li", { className: "chip chip-example", title }, ...parts);
}

function filterChip(text, remove) {
  const label = element("span", { className: "chip-name", dir: "auto" }, text);
  return element("li", { className: "chip chip-filter" }, icon("filter", 18), label, smallButton(say("chips.remove_filter", { text }), "close", remove));
}

function controlsOf({ place }) {
  return [...place.querySelectorAll("input, button")];
}

export class Chips {
  #place = byId("chips");
  #made = new Map(); // key → { place, show?(term), remove }
  #question = null;
  #listener;

  /** `listener` has changed(changes, { soon }), crop(term, collection, taken), wordsRemoved() and emptied(). */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Show a question. Chips that stay keep their element, and with it the focus or the finger on them. */
  show(question) {
    this.#question = question;
    const wanted = this.#wanted(question);
    const before = [...this.#made.keys()];
    const keys = wanted.map(({ key }) => key);
    const focused = before.findIndex((key) => this.#made.get(key).place.contains(document.activeElement));
    const control = focused < 0 ? -1 : controlsOf(this.#made.get(before[focused])).indexOf(document.activeElement);
    const kept = new Map(wanted.map(({ key, make, term }) => [key, this.#made.get(key) ?? make(term)]));
    wanted.forEach(({ key, term }) => kept.get(key).show?.(term));
    this.#made = kept;
    if (keys.join("\n") === before.join("\n")) return;
    const height = this.#place.offsetHeight;
    this.#arrange([...kept.values()].map(({ place }) => place));
    if (this.#place.offsetHeight !== height) drawAfresh();
    if (focused >= 0 && !kept.has(before[focused])) this.#focusNear(focused, keys.length === before.length ? control : -1);
  }

  /** Move only what has to move: an element that is taken out loses the focus. */
  #arrange(places) {
    const clear = places.length > 1 ? [this.#clearAll()] : [];
    const wanted = [...places, ...clear];
    for (const old of [...this.#place.children]) if (!wanted.includes(old)) old.remove();
    wanted.forEach((place, at) => {
      if (this.#place.children[at] !== place) this.#place.insertBefore(place, this.#place.children[at] ?? null);
    });
    this.#place.hidden = places.length === 0;
  }

  #clearAll() {
    const clear = element("button", { type: "button", className: "quiet" }, say("chips.clear"));
    clear.addEventListener("click", () => {
      byId("words").focus();
      this.#listener.emptied();
    });
    return element("li", {}, clear);
  }

  /** `control`: which of the chip's own, or -1 for its last. */
  #focusNear(at, control) {
    const chips = [...this.#made.values()];
    const next = chips[Math.min(at, chips.length - 1)];
    if (next) controlsOf(next).at(control).focus({ preventScroll: true });
    else byId("words").focus();
  }

  #wanted({ words, weight, terms, like, dislike, filters, where, collection }) {
    const put = (changes) => this.#listener.changed(changes, { soon: false });
    const wanted = terms.map((term) => ({ key: subjectOf(term), term, make: (one) => this.#termChip(one, collection) }));
    if (words && terms.length) {
      const term = { text: words, weight, excluded: false };
      wanted.unshift({ key: `${WORDS}:${words}`, term, make: (one) => this.#wordsChip(one, collection) });
    }
    const simple = (key, make) => wanted.push({ key, make: () => ({ place: make() }) });
    const others = (name, id) => this.#question[name].filter((one) => one !== id);
    like.forEach((id) => simple(`like:${id}`, () => exampleChip(id, "like", collection, () => put({ like: others("like", id) }))));
    dislike.forEach((id) => simple(`dislike:${id}`, () => exampleChip(id, "dislike", collection, () => put({ dislike: others("dislike", id) }))));
    for (const [field, values] of Object.entries(filters)) {
      for (const value of values) {
        const remove = () => put({ filters: toggled(this.#question.filters, field, value) });
        simple(`filter:${field}:${JSON.stringify(value)}`, () => filterChip(say("chips.filter", { field: readableField(field), value: String(value) }), remove));
      }
    }
    if (where) simple(`where:${where}`, () => filterChip(where, () => put({ where: "" })));
    return wanted;
  }

  #termChip(term, collection) {
    const subject = subjectOf(term);
    const change = (changes, soon) => this.#listener.changed({ terms: termsWith(this.#question, subject, changes) }, { soon });
    return new TermChip(term, collection, {
      weigh: (weight) => change({ weight }, true),
      exclude: (excluded) => change({ excluded }, false),
      crop: term.id || term.picture ? () => this.#listener.crop(term, collection, (crop) => change({ crop }, false)) : null,
      remove: () => this.#listener.changed({ terms: termsWithout(this.#question, subject) }, { soon: false }),
    });
  }

  #wordsChip(term, collection) {
    return new TermChip(term, collection, {
      weigh: (weight) => this.#listener.changed({ weight }, { soon: true }),
      exclude: null,
      remove: () => this.#listener.wordsRemoved(),
    });
  }
}
