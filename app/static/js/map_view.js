// The map of a collection: similar pictures lie together, results are lit. Ties camera, tiles, painter and hands to each other.
import { byId, element } from "./element.js";
import { Failure } from "./failure.js";
import { Camera } from "./map_camera.js";
import { Choice } from "./map_choice.js";
import { Hands } from "./map_hands.js";
import { MapList } from "./map_list.js";
import { Lit } from "./map_lit.js";
import { CaptionLine, makeTools, slotWords, Trouble } from "./map_parts.js";
import { Painter } from "./map_painter.js";
import { MapService } from "./map_service.js";
import { Tiles } from "./map_tiles.js";
import { styled } from "./on_demand.js";
import { addWords, say } from "./words.js";

const SETTLED_MS = 250;
const CLOSER = 1.7;
const AGAIN_MS = 2100; // a little after a tile that did not come may be asked for again

class MapView {
  #page;
  #service = new MapService();
  #camera = new Camera();
  #map = null;
  #collection = null;
  #request = null;
  #lit;
  #isMissing = false; // whether a tile did not come
  #choice; // by keyboard
  #hovered = null;
  #frame = 0;
  #settle = 0;
  #path = "";
  #canvas = element("canvas", { className: "map-canvas", tabIndex: 0, role: "application" });
  #keys = element("p", { className: "sr-only", id: "map-keys" }, say("map.keys"));
  #caption = new CaptionLine();
  #trouble = new Trouble(() => this.#load());
  #list;
  #tools;
  #tiles;
  #painter;

  constructor(page) {
    this.#page = page;
    const redraw = () => this.#redraw();
    this.#lit = new Lit(page, this.#service, { show: () => this.#showLit(), changed: () => this.#lightAnew() });
    this.#tiles = new Tiles(this.#service, { came: () => this.#came(), failed: (failure) => this.#missed(failure), moved: () => this.#load() });
    this.#painter = new Painter(this.#canvas, { camera: this.#camera, tiles: this.#tiles, service: this.#service, lit: this.#lit, redraw });
    this.#choice = new Choice(this.#camera, this.#painter);
    this.#list = new MapList((id) => page.openPicture(id));
    this.#tools = makeTools({
      closer: () => this.#zoomBy(CLOSER), farther: () => this.#zoomBy(1 / CLOSER), whole: () => this.#whole(), list: () => this.#toggleList(),
    });
    this.#canvas.ariaLabel = say("view.map");
    this.#canvas.setAttribute("aria-describedby", "map-keys");
    const stage = element("div", { className: "map-stage" }, this.#canvas, this.#caption.element, this.#lit.element, this.#tools.element, this.#trouble.element);
    this.element = element("div", { className: "map", role: "main", ariaLabel: say("view.map") }, stage, this.#list.element, this.#keys);
    this.#listen(stage);
  }

  enter(path) {
    this.#path = path;
    const collection = this.#page.question.collection ?? this.#page.collections.plain;
    if (collection !== this.#collection) this.#load(collection);
    else if (this.#map && path !== this.#camera.path) this.#camera.follow(path);
    this.#redraw();
  }

  leave() {
    this.#request?.abort();
    this.#lit.leave();
    clearTimeout(this.#settle);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#collection = null;
    this.#map = null;
    this.#tiles.show(null);
    this.#painter.forget();
  }

  /** An answer is there: light what it found. */
  answered(question, hits) {
    const collection = question.collection ?? this.#page.collections.plain;
    if (this.#collection && collection !== this.#collection) this.#load(collection);
    return this.#lit.answered(question, hits, collection);
  }

  failed(failure) {
    this.#lit.failed(failure);
  }

  /** Other slots are lit, and show other pictures. */
  #lightAnew() {
    const at = this.#map && this.#choice.at;
    if (at) this.#choice.at = this.#slot(at.level, at.x, at.y) ?? at;
    this.#redraw();
  }

  async #load(collection = this.#collection) {
    this.#request?.abort();
    clearTimeout(this.#settle);
    const request = (this.#request = new AbortController());
    const isSame = collection === this.#collection && this.#map;
    this.#collection = collection;
    this.#trouble.hide();
    try {
      const map = await this.#service.map(collection, request.signal);
      if (!request.signal.aborted) this.#show(map, isSame);
    } catch (failure) {
      if (request.signal.aborted) return;
      if (!(failure instanceof Failure)) throw failure;
      this.#map = null;
      this.#tiles.show(null);
      const { retry_s } = this.#trouble.failed(failure, collection);
      if (retry_s) this.#settle = setTimeout(() => this.#load(), retry_s * 1000);
    }
  }

  #show(map, staysPut) {
    const before = staysPut && map.side === this.#camera.side ? this.#camera.path : this.#path;
    this.#map = map;
    this.#choice.at = this.#hovered = null;
    this.#caption.show(null);
    this.#tiles.show(map);
    this.#painter.forget();
    this.#resize();
    this.#camera.measure(map);
    this.#camera.follow(before);
    this.#canvas.ariaLabel = say("map.label", { count: map.items });
    if (map.items === 0) this.#trouble.empty();
    this.#redraw();
  }

  #listen(stage) {
    const camera = this.#camera;
    const moved = (move) => (...given) => {
      if (!this.#map) return;
      move(...given);
      this.#redraw();
    };
    new Hands(this.#canvas, {
      pan: moved((right, down) => camera.pan(right, down)),
      zoom: moved((factor, left, top) => camera.zoom(factor, left, top)),
      fit: () => this.#whole(),
      hover: moved((left, top) => this.#hover(this.#slotAt(left, top))),
      unhover: moved(() => this.#hover(null)),
      click: moved((left, top) => this.#click(left, top)),
      step: moved((right, down) => this.#step(right, down)),
      open: moved(() => this.#choice.id && this.#page.openPicture(this.#choice.id)),
      similar: moved(() => this.#choice.id && this.#page.similar(this.#choice.id)),
      list: () => this.#toggleList(),
    });
    for (const kind of ["focus", "blur"]) this.#canvas.addEventListener(kind, () => this.#redraw());
    new ResizeObserver(() => { this.#resize(); this.#redraw(); }).observe(stage);
    new MutationObserver(() => this.#redraw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#canvas.parentElement;
    if (!width || !height) return;
    this.#camera.resize(width, height);
    this.#painter.resize(width, height);
  }

  #zoomBy(factor) {
    if (!this.#map) return;
    const goal = this.#camera.goal;
    this.#camera.fly({ x: goal.x, y: goal.y, scale: goal.scale * factor }, performance.now());
    this.#redraw();
  }

  #whole() {
    if (!this.#map) return;
    const middle = this.#camera.side / 2;
    this.#camera.fly({ x: middle, y: middle, scale: 0 }, performance.now());
    this.#redraw();
  }

  /** So near that all results are just in view. */
  #showLit() {
    const [across, down] = [this.#lit.places.map(({ x }) => x), this.#lit.places.map(({ y }) => y)];
    const box = { left: Math.min(...across), right: Math.max(...across) + 1, top: Math.min(...down), bottom: Math.max(...down) + 1 };
    this.#camera.flyTo(box, performance.now());
    this.#canvas.focus({ preventScroll: true });
    this.#redraw();
  }

  #toggleList() {
    this.#list.isOpen = !this.#list.isOpen;
    this.#tools.list.ariaExpanded = String(this.#list.isOpen);
    if (!this.#list.isOpen && this.#map) this.#canvas.focus({ preventScroll: true });
    this.#redraw();
  }

  #slot(level, x, y) {
    const count = this.#map.tile_slots;
    const slot = this.#tiles.find(level, Math.floor(x / count), Math.floor(y / count))?.slots.get(`${x},${y}`);
    return slot ? { level, x, y, slot: this.#lit.shown(slot, this.#camera.places(level)) } : null;
  }

  #slotAt(left, top) {
    const { level } = this.#camera;
    const { x, y } = this.#camera.place(left, top);
    const width = this.#camera.places(level);
    return this.#slot(level, Math.floor(x / width), Math.floor(y / width));
  }

  #hover(found) {
    this.#hovered = found;
    this.#canvas.style.cursor = found ? "pointer" : "grab";
    this.#caption.show((found ?? this.#shownChoice)?.slot ?? null);
  }

  get #shownChoice() {
    return document.activeElement === this.#canvas ? this.#choice.at : null;
  }

  #click(left, top) {
    const found = this.#slotAt(left, top);
    if (!found) return;
    this.#choice.at = found;
    this.#page.openPicture(found.slot.picture.id);
  }

  #came() {
    if (this.#isMissing) this.#lit.came();
    this.#isMissing = false;
    this.#redraw();
  }

  /** A tile did not come: say so, and ask for it again after a while. */
  #missed(failure) {
    this.#isMissing = true;
    this.#lit.missed(failure);
    setTimeout(() => this.#redraw(), Math.max(AGAIN_MS, (failure.retryAfter_s ?? 0) * 1000));
  }

  #step(right, down) {
    const slot = this.#choice.step(right, down, this.#map);
    if (!slot) return;
    this.#hovered = null;
    this.#caption.show(slot);
    byId("live").textContent = slotWords(slot);
  }

  #redraw() {
    if (this.#frame || !this.element.isConnected) return;
    this.#frame = requestAnimationFrame((now_ms) => {
      this.#frame = 0;
      this.#draw(now_ms);
    });
  }

  #draw(now_ms) {
    if (!this.#map?.items) return;
    const flying = this.#camera.tick(now_ms);
    const level = this.#camera.level;
    this.#tiles.want(this.#painter.inView(level, this.#map.tile_slots), now_ms);
    this.#choice.follow(this.#map);
    const style = getComputedStyle(this.#canvas);
    const colours = { accent: style.color, paper: style.backgroundColor, chosen: style.textDecorationColor };
    const chosen = this.#hovered ?? this.#shownChoice;
    const fading = this.#painter.paint({ map: this.#map, chosen: chosen?.level === level ? chosen : null, colours }, now_ms);
    this.#canvas.setAttribute("aria-busy", String(this.#tiles.isWaiting));
    clearTimeout(this.#settle);
    if (!flying) this.#settle = setTimeout(() => this.#settled(), SETTLED_MS);
    if (flying || fading) this.#redraw();
  }

  /** The map stands still: the address names the place, the list what is there. */
  #settled() {
    if (!this.#map || !this.element.isConnected) return;
    const hash = this.#camera.isWhole ? "#/map" : `#/map/${this.#camera.path}`;
    if (location.hash !== hash && location.hash.startsWith("#/map")) {
      history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
    }
    if (this.#list.isOpen) this.#list.show(this.#painter.slotsInView(this.#map));
  }
}

export async function makeView(page) {
  await Promise.all([styled("map"), addWords("map"), addWords("failure")]);
  return new MapView(page);
}
