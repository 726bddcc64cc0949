// Paints what the camera sees of the map. Where a tile is not here yet, what stands for it a level or more above is shown.

const FADE_MS = 160;
const LARGE_PX = 100; // from here on a picture is shown from its own thumbnail
const MOST_LARGE = 160; // thumbnails in memory
const stillness = matchMedia("(prefers-reduced-motion: reduce)");

function rounded(context, left, top, size) {
  context.beginPath();
  context.roundRect(left, top, size, size, Math.min(size * 0.06, 10));
}

export class Painter {
  #canvas;
  #context;
  #camera;
  #tiles;
  #service;
  #lit;
  #seen = new Set(); // thumbnails in use
  #large = new Map(); // thumbnail's address → ImageBitmap, or null while it is on its way
  #redraw;

  /** `redraw()` is called when a picture has come. */
  constructor(canvas, { camera, tiles, service, lit, redraw }) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    [this.#camera, this.#tiles, this.#service, this.#lit, this.#redraw] = [camera, tiles, service, lit, redraw];
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
  }

  forget() {
    for (const image of this.#large.values()) image?.close();
    this.#large = new Map();
  }

  /** The tiles in view at a level, the nearest to the middle first. */
  inView(level, count) {
    const camera = this.#camera;
    const width = camera.places(level) * count;
    const last = Math.ceil(camera.side / width) - 1;
    const [first, end] = [camera.place(0, 0), camera.place(camera.width, camera.height)];
    const range = (low, high) => [Math.max(0, Math.floor(low / width)), Math.min(last, Math.floor(high / width))];
    const [[left, right], [top, bottom]] = [range(first.x, end.x), range(first.y, end.y)];
    const tiles = [];
    for (let y = top; y <= bottom; y += 1) for (let x = left; x <= right; x += 1) tiles.push({ level, x, y });
    const far = ({ x, y }) => Math.hypot((x + 0.5) * width - camera.x, (y + 0.5) * width - camera.y);
    return tiles.sort((one, other) => far(one) - far(other));
  }

  /** Paint; `chosen` is a slot ({ level, x, y }) or null. Whether a fade goes on. */
  paint({ map, chosen, colours }, now_ms) {
    const { width, height } = this.#camera;
    const ratio = this.#canvas.width / width;
    const context = this.#context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const level = this.#camera.level;
    let fading = false;
    for (const place of this.inView(level, map.tile_slots)) fading = this.#paintTile(place, map, now_ms) || fading;
    this.#seen.clear();
    this.#paintLarge(level, map);
    if (this.#lit.places) this.#paintLit(level, map, colours);
    this.#forgetUnseen();
    if (chosen) this.#frame(chosen, colours.chosen, colours.paper, 3);
    return fading;
  }

  #box(level, x, y, slots = 1) {
    const size = this.#camera.places(level) * slots;
    return { ...this.#camera.seen(x * size, y * size), size: size * this.#camera.scale };
  }

  #paintTile({ level, x, y }, map, now_ms) {
    const held = this.#tiles.find(level, x, y);
    const age = held && !stillness.matches ? Math.min((now_ms - held.came_ms) / FADE_MS, 1) : 1;
    if (!held || age < 1) this.#paintAbove({ level, x, y }, map);
    if (!held) return false;
    const { left, top, size } = this.#box(level, x, y, map.tile_slots);
    const used = Math.min(2 ** level, map.tile_slots); // of a level above the third, only a corner
    this.#context.globalAlpha = Math.max(age, 0);
    this.#context.drawImage(held.image, left, top, size, size);
    this.#context.globalAlpha = 1;
    return age < 1 && used > 0;
  }

  /** The part of the nearest level above that is here. */
  #paintAbove({ level, x, y }, map) {
    const { left, top, size } = this.#box(level, x, y, map.tile_slots);
    for (let up = 1; up <= level; up += 1) {
      const parts = 2 ** up;
      const held = this.#tiles.find(level - up, Math.floor(x / parts), Math.floor(y / parts));
      if (!held) continue;
      const part = held.image.width / parts;
      this.#context.drawImage(held.image, (x % parts) * part, (y % parts) * part, part, part, left, top, size, size);
      return;
    }
  }

  /** Near enough, each picture from its own thumbnail. */
  #paintLarge(level, map) {
    if (this.#camera.places(level) * this.#camera.scale < LARGE_PX) return;
    for (const slot of this.slotsInView(map)) this.#paintThumbnail(slot, level);
  }

  #paintThumbnail({ x, y, picture }, level) {
    const url = picture.thumbnail_url;
    this.#seen.add(url);
    const image = this.#large.get(url);
    if (image) this.#drawLarge(image, this.#box(level, x, y));
    else if (!this.#large.has(url)) this.#loadLarge(url);
  }

  #forgetUnseen() {
    for (const [url, image] of this.#large) {
      if (this.#large.size <= MOST_LARGE) break;
      if (this.#seen.has(url) || !image) continue;
      image.close();
      this.#large.delete(url);
    }
  }

  #drawLarge(image, { left, top, size }) {
    const gap = size * 0.025;
    const side = Math.min(image.width, image.height);
    const context = this.#context;
    context.save();
    rounded(context, left + gap, top + gap, size - 2 * gap);
    context.clip();
    context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, left + gap, top + gap, size - 2 * gap, size - 2 * gap);
    context.restore();
  }

  async #loadLarge(url) {
    const held = this.#large;
    held.set(url, null);
    const image = await this.#service.picture(url).catch(() => null); // the sheet's picture stays
    if (held !== this.#large) image?.close();
    else if (image) {
      held.set(url, image);
      this.#redraw();
    }
  }

  /** The slots in view that are here, row by row. */
  slotsInView(map) {
    const level = this.#camera.level;
    const { width, height } = this.#camera;
    const slots = [];
    for (const { x, y } of this.inView(level, map.tile_slots)) {
      for (const slot of this.#tiles.find(level, x, y)?.tile.slots ?? []) {
        const { left, top, size } = this.#box(level, slot.x, slot.y);
        if (left + size > 2 && top + size > 2 && left < width - 2 && top < height - 2) slots.push(this.#lit.shown(slot, this.#camera.places(level)));
      }
    }
    return slots.sort((one, other) => one.y - other.y || one.x - other.x);
  }

  /** A result whose slot shows another picture, which stands for several, is shown itself. */
  #paintHidden(slot, level, { tile_slots: count }) {
    const { left, top, size } = this.#box(level, slot.x, slot.y);
    const isSeen = left + size > 0 && top + size > 0 && left < this.#camera.width && top < this.#camera.height;
    const standing = this.#tiles.find(level, Math.floor(slot.x / count), Math.floor(slot.y / count))?.slots.get(`${slot.x},${slot.y}`);
    if (isSeen && standing && standing.picture.id !== slot.picture.id && this.#seen.size < MOST_LARGE) this.#paintThumbnail(slot, level);
  }

  /** Results stay as they are, all else steps back. */
  #paintLit(level, map, colours) {
    const context = this.#context;
    const slots = this.#lit.slots(this.#camera.places(level));
    context.save();
    context.beginPath();
    context.rect(0, 0, this.#camera.width, this.#camera.height);
    for (const slot of slots.values()) {
      const { left, top, size } = this.#box(level, slot.x, slot.y);
      context.rect(left, top, size, size);
    }
    context.globalAlpha = 0.72;
    context.fillStyle = colours.paper;
    context.fill("evenodd");
    context.restore();
    for (const slot of slots.values()) {
      this.#paintHidden(slot, level, map);
      this.#frame({ ...slot, level }, colours.accent, null, 2.5);
    }
  }

  #frame({ level, x, y }, colour, halo, width) {
    const { left, top, size } = this.#box(level, x, y);
    const context = this.#context;
    rounded(context, left, top, size);
    for (const [stroke, thick] of [[halo, width + 3], [colour, width]]) {
      if (!stroke) continue;
      context.strokeStyle = stroke;
      context.lineWidth = thick;
      context.stroke();
    }
  }
}
