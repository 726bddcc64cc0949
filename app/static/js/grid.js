// The grid of pictures: says where each belongs, and moves among them by arrow keys with one tab stop for all.
import { byId, element } from "./element.js";
import { makeCard } from "./card.js";
import { CardWindow } from "./card_window.js";
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
  #boxes = [];
  #more = false;
  #active = 0;
  #width = 0;
  #hasLine = false;
  #line = element("li", { className: "unlikely" }, element("span", {}, say("grid.unlikely")));
  #window = new CardWindow(this.#list, this.#line, (index) => this.#made(index));
  #indexes = new WeakMap(); // card → its place
  #actions;

  /** `actions` has open(id), similar(id), links(hit) and leaveUpwards(). */
  constructor(actions) {
    this.#actions = actions;
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#list.addEventListener("keydown", (event) => this.#pressed(event));
    this.#list.addEventListener("focusin", (event) => this.#focused(event));
    new ResizeObserver(() => this.#resized()).observe(this.#list);
    document.addEventListener("scroll", () => this.#window.update(this.#active), { passive: true });
    window.addEventListener("beforeprint", () => this.#window.print(true, this.#active));
    window.addEventListener("afterprint", () => this.#window.print(false, this.#active));
  }

  get hits() {
    return this.#hits;
  }

  /** Show these hits instead of the ones before. `more`: others may follow, so a last short row waits for them.
   *  `withLine`: draw the line under which pictures are unlikely. */
  show(hits, more, { withLine = false } = {}) {
    const hadFocus = this.#list.contains(document.activeElement);
    this.#hits = hits;
    this.#active = 0;
    this.#more = more;
    this.#hasLine = withLine;
    this.#window.clear();
    this.#list.setAttribute("aria-label", say("grid.count", { count: hits.length }));
    this.#arrange();
    if (hadFocus) this.#window.card(0)?.open.focus({ preventScroll: true });
  }

  /** Put further hits behind the ones that are there; those do not move. `withFocus`: go to the first new one. */
  extend(hits, more, { withFocus }) {
    const known = new Set(this.#hits.map((hit) => hit.id));
    this.#hits = [...this.#hits, ...hits.filter((hit) => !known.has(hit.id))];
    this.#more = more;
    this.#list.setAttribute("aria-label", say("grid.count", { count: this.#hits.length }));
    const first = this.#boxes.length;
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
    this.#active = Math.max(0, Math.min(this.#active, count - 1));
    const last = this.#boxes.at(-1);
    this.#list.style.height = last ? `${last.y + last.height}px` : "0px";
    if (layout.line !== null) this.#line.style.top = `${layout.line}px`;
    this.#window.place(this.#boxes, { above: layout.line === null ? -1 : above, more: this.#more, kept: this.#active });
  }

  #made(index) {
    const hit = this.#hits[index];
    const made = makeCard(hit, this.#actions.links(hit));
    this.#indexes.set(made.card, index);
    this.#setStop(made, index === this.#active);
    return made;
  }

  #resized() {
    if (this.#list.clientWidth !== this.#width) this.#arrange();
  }

  #setStop(made, isStop) {
    if (!made) return;
    made.open.tabIndex = isStop ? 0 : -1;
    made.similar.tabIndex = isStop ? 0 : -1;
  }

  #indexOf(target) {
    return this.#indexes.get(target.closest(".card")) ?? -1;
  }

  #focused(event) {
    const index = this.#indexOf(event.target);
    if (index >= 0 && index !== this.#active) this.#activate(index);
  }

  #activate(index) {
    this.#setStop(this.#window.card(this.#active), false);
    this.#active = index;
    this.#window.update(index);
    this.#setStop(this.#window.card(index), true);
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
    const last = this.#boxes.length - 1;
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
    let at = index;
    while (this.#boxes[at]?.y === y) at += direction;
    if (!this.#boxes[at]) return direction > 0 ? index : -1;
    const row = this.#boxes[at].y;
    const away = (other) => Math.abs(this.#boxes[other].x + this.#boxes[other].width / 2 - (x + width / 2));
    let best = at;
    for (; this.#boxes[at]?.y === row; at += direction) if (away(at) < away(best)) best = at;
    return best;
  }

  #focusCard(index) {
    if (!this.#boxes[index]) return false;
    this.#activate(index);
    const made = this.#window.card(index);
    if (!made) return false; // the pictures are not on show
    made.open.focus({ preventScroll: true });
    made.card.scrollIntoView({ block: "nearest" });
    return true;
  }
}
