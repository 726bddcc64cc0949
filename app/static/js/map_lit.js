// What the map lights: of the results those that the page does not call unlikely; and the line that says how many. Draws no map.
import { Failure } from "./failure.js";
import { LitLine } from "./map_parts.js";
import { MOST_PLACES } from "./map_service.js";
import { hasDirection, isEmpty } from "./question.js";
import { isJudged, isUnlikely } from "./relevance.js";
import { say } from "./words.js";

export class Lit {
  /** What is lit, the best first: { x, y, picture }, or null. */
  places = null;
  #slots = { width: 0, of: null, found: new Map() };
  #words = null; // null where nothing was asked
  #line;
  #page;
  #service;
  #changed;
  #request = null;

  /** `show()` is called when the visitor wants to see what is lit, `changed()` when something else is. */
  constructor(page, service, { show, changed }) {
    [this.#page, this.#service, this.#changed] = [page, service, changed];
    this.#line = new LitLine(show);
  }

  get element() {
    return this.#line.element;
  }

  /** The slots that are lit, of which `width` places make a side, each with the best of the pictures for which it is: "x,y" → { x, y, picture }. */
  slots(width) {
    if (this.#slots.width === width && this.#slots.of === this.places) return this.#slots.found;
    const found = new Map();
    for (const place of this.places ?? []) {
      const [x, y] = [Math.floor(place.x / width), Math.floor(place.y / width)];
      if (!found.has(`${x},${y}`)) found.set(`${x},${y}`, { x, y, picture: place.picture });
    }
    this.#slots = { width, of: this.places, found };
    return found;
  }

  /** A slot as it is shown: where it is lit, by the picture for which it is. */
  shown(slot, width) {
    const lit = this.slots(width).get(`${slot.x},${slot.y}`);
    return lit ? { ...slot, picture: lit.picture } : slot;
  }

  leave() {
    this.#request?.abort();
  }

  /** An answer is there, or what there is of it: light what it found. */
  async answered(question, hits, collection) {
    this.#request?.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    const isOnItsWay = hits.length === 0 && (this.#page.isRefused || this.#page.asker.busy);
    if (isEmpty(question) || isOnItsWay) return this.#light(null, null);
    const likely = this.#page.results.isNoMatch ? [] : hits.filter((hit) => !isUnlikely(hit));
    if (likely.length === 0) return this.#light(null, say(hits.length ? "nearest.title" : "nearest.none"));
    const isCut = likely.length === hits.length && this.#page.hasMore;
    if (isCut && hits.length < MOST_PLACES && (hits.every(isJudged) || !hasDirection(question))) this.#page.askMoreSoon();
    try {
      const places = await this.#service.places(collection, likely.map(({ id }) => id), signal);
      const key = isCut ? "map.lit_first" : hits.some(isJudged) ? "map.lit_likely" : "map.lit";
      const lit = likely.filter(({ id }) => places.has(id)).map((picture) => ({ ...places.get(picture.id), picture }));
      if (!signal.aborted) this.#light(lit, say(key, { count: places.size }));
    } catch (failure) {
      if (!signal.aborted && !(failure instanceof Failure)) throw failure;
      if (!signal.aborted) this.#light(null, null); // the map says itself what is wrong
    }
    return undefined;
  }

  /** A question brought a failure; where only more of its results did not come, the others stay lit. */
  failed(failure) {
    if (!this.#page.isRefused) return;
    this.#request?.abort();
    this.#light(null, null);
    this.missed(failure);
  }

  /** A part of the map did not come. */
  missed(failure) {
    this.#line.fail(failure);
  }

  /** All that was missed is there. */
  came() {
    this.#line.show(this.#words, this.places !== null);
  }

  #light(places, words) {
    this.places = places?.length ? places : null;
    this.#words = words;
    this.came();
    this.#changed();
  }
}
