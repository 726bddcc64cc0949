// Which cards of the grid are in the document: those near the visitor, in their order, and the one that is the tab stop.
import { placeCard } from "./card.js";

const WHOLE = 200; // so many are all there, and the browser's own search finds each
const AHEAD_PX = 1200; // above and below what is seen: faster than a hand scrolls in a frame
const MOST_PRINTED = 400; // paper wants every picture at once

export class CardWindow {
  #list;
  #line;
  #make;
  #boxes = [];
  #above = -1;
  #setSize = -1;
  #cards = new Map(); // place → { card, open, similar }
  #shown = "";
  #isPrinting = false;

  /** `make(index)` makes a card; `line` stands in the document where place() says. */
  constructor(list, line, make) {
    this.#list = list;
    this.#line = line;
    this.#make = make;
  }

  /** The card at a place, if it is in the document. */
  card(index) {
    return this.#cards.get(index) ?? null;
  }

  clear() {
    this.#cards.clear();
    this.#list.replaceChildren();
  }

  /** Where cards belong. The line comes before card `above`, unless that is -1; `more` cards may follow later. */
  place(boxes, { above, more, kept }) {
    this.#boxes = boxes;
    this.#above = above;
    this.#setSize = more ? -1 : boxes.length;
    this.#shown = "";
    for (const [index, made] of this.#cards) if (index < boxes.length) this.#put(made, index);
    this.update(kept);
  }

  /** Bring in what is near, and take out what is not; `kept` is there wherever it is. */
  update(kept) {
    if (this.#list.clientWidth === 0) return; // not on show
    const [first, end] = this.#range();
    if (this.#shown === `${first} ${end} ${kept}`) return;
    this.#shown = `${first} ${end} ${kept}`;
    const wanted = Array.from({ length: end - first }, (_, at) => first + at);
    if (kept < first) wanted.unshift(kept);
    else if (kept >= end && kept < this.#boxes.length) wanted.push(kept);
    const staying = new Set(wanted);
    for (const [index, { card }] of this.#cards) {
      if (staying.has(index)) continue;
      card.remove();
      this.#cards.delete(index);
    }
    this.#arrange(wanted);
  }

  /** All that paper can hold, until it is printed. */
  print(isPrinting, kept) {
    this.#isPrinting = isPrinting;
    this.update(kept);
  }

  /** From the last to the first. What is in its place is not touched: it may hold the focus. */
  #arrange(wanted) {
    const nodes = wanted.map((index) => this.#cardAt(index));
    if (this.#above >= 0) nodes.splice(wanted.filter((index) => index < this.#above).length, 0, this.#line);
    else this.#line.remove();
    let next = null;
    for (const node of nodes.reverse()) {
      if (node.parentNode !== this.#list || node.nextSibling !== next) this.#list.insertBefore(node, next);
      next = node;
    }
  }

  #cardAt(index) {
    if (!this.#cards.has(index)) {
      this.#cards.set(index, this.#make(index));
      this.#put(this.#cards.get(index), index);
    }
    return this.#cards.get(index).card;
  }

  #put(made, index) {
    placeCard(made, this.#boxes[index]);
    made.card.setAttribute("aria-posinset", index + 1);
    made.card.setAttribute("aria-setsize", this.#setSize);
  }

  /** The places that are near: from the first, up to the end. */
  #range() {
    const count = this.#boxes.length;
    if (this.#isPrinting) return [0, Math.min(count, MOST_PRINTED)];
    if (count <= WHOLE) return [0, count];
    const top = -this.#list.getBoundingClientRect().top - AHEAD_PX;
    const bottom = top + window.innerHeight + 2 * AHEAD_PX;
    return [this.#firstWhere(({ y, height }) => y + height >= top), this.#firstWhere(({ y }) => y > bottom)];
  }

  /** Rows follow each other downwards, so what holds of a box holds of those behind it. */
  #firstWhere(holds) {
    let low = 0;
    let high = this.#boxes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#boxes[middle])) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
