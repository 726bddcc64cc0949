// The grid of pictures: places the cards, and moves among them by arrow keys with one tab stop for all.
import { byId, element } from "./element.js";
import { makeCard, placeCard } from "./card.js";
import { justifyAroundLine, measuresFor, proportion } from "./justify.js";
import { countAboveLine } from "./relevance.js";
import { say } from "./words.js";

const LINE_PX = 56;

/** A plain click or Enter; with a modifier the browser opens a tab of its own. */
function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

export class Grid {
  #list = byId("grid");
  #hits = [];
  #cards = [];
  #boxes = [];
  #more = false;
  #active = 0;
  #width = 0;
  #hasLine = false;
  #line = element("li", { className: "unlikely", hidden: true }, element("span", {}, say("grid.unlikely")));
  #indexes = new WeakMap(); // card → its place
  #actions;

  /** `actions` has open(id), similar(id), links(hit) and leaveUpwards(). */
  constructor(actions) {
    this.#actions = actions;
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#list.addEventListener("keydown", (event) => this.#pressed(event));
    this.#list.addEventListener("focusin", (event) => this.#focused(event));
    new ResizeObserver(() => this.#resized()).observe(this.#list);
  }

  get hits() {
    return this.#hits;
  }

  /** Show these hits instead of the ones before. `more`: others may follow, so a last short row waits for them.
   *  `withLine`: draw the line under which pictures are unlikely. */
  show(hits, more, { withLine = false } = {}) {
    const hadFocus = this.#list.contains(document.activeElement);
    this.#hits = hits;
    this.#cards = [];
    this.#active = 0;
    this.#more = more;
    this.#hasLine = withLine;
    this.#list.replaceChildren();
    this.#list.setAttribute("aria-label", say("grid.count", { count: hits.length }));
    this.#arrange();
    if (hadFocus) this.#cards[0]?.open.focus({ preventScroll: true });
  }

  /** Put further hits behind the ones that are there; those do not move. `withFocus`: go to the first new one. */
  extend(hits, more, { withFocus }) {
    const known = new Set(this.#hits.map((hit) => hit.id));
    this.#hits = [...this.#hits, ...hits.filter((hit) => !known.has(hit.id))];
    this.#more = more;
    this.#list.setAttribute("aria-label", say("grid.count", { count: this.#hits.length }));
    const first = this.#cards.length;
    this.#arrange();
    if (withFocus) this.#focusCard(first);
  }

  /** Focus the card of this picture, or the first one. False when there is none. */
  focus(id = null) {
    const found = id === null ? this.#active : this.#hits.findIndex((hit) => hit.id === id);
    return this.#focusCard(found);
  }

  #arrange() {
    this.#width = this.#list.clientWidth;
    if (this.#width === 0) return;
    const above = this.#hasLine ? countAboveLine(this.#hits) : -1;
    const layout = justifyAroundLine(this.#hits.map(proportion), this.#width, measuresFor(this.#width), above, LINE_PX);
    const count = this.#more && layout.complete > 0 ? layout.complete : this.#hits.length;
    this.#boxes = layout.boxes.slice(0, count);
    this.#makeCards(count);
    this.#cards.forEach((made, index) => placeCard(made, this.#boxes[index]));
    this.#placeLine(layout.line, above);
    const last = this.#boxes.at(-1);
    this.#list.style.height = last ? `${last.y + last.height}px` : "0px";
  }

  #makeCards(count) {
    const added = [];
    while (this.#cards.length < count) {
      const index = this.#cards.length;
      const hit = this.#hits[index];
      const made = makeCard(hit, this.#actions.links(hit));
      this.#indexes.set(made.card, index);
      this.#cards.push(made);
      this.#stop(index, index === this.#active);
      added.push(made.card);
    }
    while (this.#cards.length > count) this.#cards.pop().card.remove();
    this.#list.append(...added);
  }

  /** The line stands between its neighbours in the document too, for those who hear the page. */
  #placeLine(y, above) {
    this.#line.hidden = y === null;
    if (y === null) return;
    this.#line.style.top = `${y}px`;
    const below = this.#cards[above]?.card ?? null;
    if (this.#line.nextSibling !== below || !this.#line.isConnected) this.#list.insertBefore(this.#line, below);
  }

  #resized() {
    if (this.#list.clientWidth !== this.#width) this.#arrange();
  }

  #stop(index, isStop) {
    const made = this.#cards[index];
    if (!made) return;
    made.open.tabIndex = isStop ? 0 : -1;
    made.similar.tabIndex = isStop ? 0 : -1;
  }

  #indexOf(target) {
    return this.#indexes.get(target.closest(".card")) ?? -1;
  }

  #focused(event) {
    const index = this.#indexOf(event.target);
    if (index < 0 || index === this.#active) return;
    this.#stop(this.#active, false);
    this.#active = index;
    this.#stop(index, true);
  }

  #clicked(event) {
    const index = this.#indexOf(event.target);
    if (index < 0 || !isPlain(event)) return;
    event.preventDefault();
    const { id } = this.#hits[index];
    if (event.target.closest(".card-similar")) this.#actions.similar(id);
    else this.#actions.open(id);
  }

  #pressed(event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const index = this.#indexOf(event.target);
    if (index < 0) return;
    if (event.key === "s") {
      event.preventDefault();
      this.#actions.similar(this.#hits[index].id);
      return;
    }
    const next = this.#nextIndex(event.key, index);
    if (next === null) return;
    event.preventDefault();
    if (next < 0 && event.key === "ArrowUp") this.#actions.leaveUpwards();
    else this.#focusCard(next);
  }

  #nextIndex(key, index) {
    const last = this.#cards.length - 1;
    const moves = {
      ArrowRight: () => Math.min(index + 1, last),
      ArrowLeft: () => Math.max(index - 1, 0),
      ArrowDown: () => this.#across(index, 1),
      ArrowUp: () => this.#across(index, -1),
      Home: () => 0,
      End: () => last,
    };
    return moves[key]?.() ?? null;
  }

  /** The card in the row below (1) or above (-1) that is nearest; -1 above the first row. */
  #across(index, direction) {
    const { x, width, y } = this.#boxes[index];
    const rows = this.#boxes.map((box) => box.y).filter((top) => (top - y) * direction > 0);
    if (rows.length === 0) return direction > 0 ? index : -1;
    const row = direction > 0 ? Math.min(...rows) : Math.max(...rows);
    const middle = x + width / 2;
    let best = index;
    let distance = Infinity;
    this.#boxes.forEach((box, other) => {
      const away = Math.abs(box.x + box.width / 2 - middle);
      if (box.y === row && away < distance) [best, distance] = [other, away];
    });
    return best;
  }

  #focusCard(index) {
    const made = this.#cards[index];
    if (!made) return false;
    made.open.focus({ preventScroll: true });
    made.card.scrollIntoView({ block: "nearest" });
    return true;
  }
}
