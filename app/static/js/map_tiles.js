// The tiles of the map that are in memory, and those that are on their way: the nearest to the middle first. Draws no page.

const AT_ONCE = 6; // requests
const SPARE = 32; // tiles that are kept beyond those in view, 1.6 MB each
const GAP = 0.035; // of a cell, on each side
const PAUSE_MS = 2000; // before a tile that did not come is asked for again

/** The sheet with gaps between its pictures, and nothing where a slot is empty. */
function cut(sheet, { slots }, { tile_slots: count, sheet_cell_pixels: cell }) {
  const made = new OffscreenCanvas(sheet.width, sheet.height);
  const context = made.getContext("2d");
  const gap = Math.max(1, cell * GAP);
  for (const slot of slots) {
    const [left, top] = [(slot.x % count) * cell, (slot.y % count) * cell];
    context.drawImage(sheet, left + gap, top + gap, cell - 2 * gap, cell - 2 * gap, left + gap, top + gap, cell - 2 * gap, cell - 2 * gap);
  }
  sheet.close();
  return made.transferToImageBitmap();
}

export class Tiles {
  #service;
  #map = null;
  #held = new Map(); // key → { tile, image, came_ms }, the longest unused first
  #asked = new Map(); // key → AbortController
  #waiting = [];
  #resting = new Map(); // key → when it may be asked for again
  #listener;

  /** `listener` has came(), failed(failure) and moved(): the service has another generation by now. */
  constructor(service, listener) {
    this.#service = service;
    this.#listener = listener;
  }

  /** Begin with a map, or with none; nothing of the last one stays. */
  show(map) {
    for (const request of this.#asked.values()) request.abort();
    for (const { image } of this.#held.values()) image.close();
    [this.#held, this.#asked, this.#resting, this.#waiting, this.#map] = [new Map(), new Map(), new Map(), [], map];
  }

  /** { tile, image, came_ms, slots } at a place, if it is here; slots are by "x,y". */
  find(level, x, y) {
    return this.#held.get(`${level}/${x}/${y}`) ?? null;
  }

  get isWaiting() {
    return this.#asked.size + this.#waiting.length > 0;
  }

  /** Have these tiles ({ level, x, y }), the first ones first; others are given up. */
  want(tiles, now_ms) {
    const wanted = new Map(tiles.map((tile) => [`${tile.level}/${tile.x}/${tile.y}`, tile]));
    for (const [key, request] of this.#asked) if (!wanted.has(key)) request.abort();
    for (const key of [...wanted.keys()].reverse()) this.#touch(key);
    this.#waiting = [...wanted].filter(([key]) => !this.#held.has(key) && !this.#asked.has(key) && (this.#resting.get(key) ?? 0) <= now_ms);
    this.#forget(wanted.size + SPARE);
    this.#next();
  }

  #touch(key) {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#held.set(key, held);
  }

  #forget(most) {
    for (const [key, { image }] of this.#held) {
      if (this.#held.size <= most) return;
      image.close();
      this.#held.delete(key);
    }
  }

  #next() {
    while (this.#asked.size < AT_ONCE && this.#waiting.length) this.#load(...this.#waiting.shift());
  }

  async #load(key, place) {
    const map = this.#map;
    const request = new AbortController();
    const asked = this.#asked;
    asked.set(key, request);
    try {
      const { tile, sheet } = await this.#service.tile(map.collection, { ...place, v: map.version }, request.signal);
      if (map !== this.#map) sheet.close();
      else if (tile.generation !== map.generation) this.#listener.moved();
      else this.#keep(key, tile, cut(sheet, tile, map));
    } catch (failure) {
      if (map === this.#map && !request.signal.aborted) this.#failed(key, failure);
    } finally {
      asked.delete(key);
      if (map === this.#map) this.#next();
    }
  }

  #keep(key, tile, image) {
    const slots = new Map(tile.slots.map((slot) => [`${slot.x},${slot.y}`, slot]));
    this.#held.set(key, { tile, image, slots, came_ms: performance.now() });
    this.#listener.came();
  }

  #failed(key, failure) {
    this.#resting.set(key, performance.now() + (failure.retryAfter_s ? failure.retryAfter_s * 1000 : PAUSE_MS));
    this.#listener.failed(failure);
  }
}
