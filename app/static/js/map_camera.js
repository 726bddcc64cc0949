// What part of the map is seen: its middle in places, and how many pixels a place takes. Draws nothing.

const LARGEST_SLOT = 80; // pixels: from here on the next level is shown
const LARGEST_PLACE = 340; // pixels of one picture, as near as one can go
const MARGIN = 0.94; // of the view that the whole map takes
const CALM_MS = 320;

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

export class Camera {
  x = 0;
  y = 0;
  scale = 1;
  width = 1;
  height = 1;
  #side = 1;
  #deepest = 0;
  #flight = null; // { from, to, start_ms }

  /** The map's measures; the whole of it is shown. */
  measure({ side, deepest_level: deepest }) {
    this.#side = side;
    this.#deepest = deepest;
    this.fit();
  }

  get side() {
    return this.#side;
  }

  get deepest() {
    return this.#deepest;
  }

  get #least() {
    return (Math.min(this.width, this.height) * MARGIN) / this.#side;
  }

  get isWhole() {
    return this.scale <= this.#least * 1.001;
  }

  get isNearest() {
    return this.scale >= Math.max(LARGEST_PLACE, this.#least) * 0.999;
  }

  /** The level whose slots are neither tiny nor large, 40 to 80 pixels. */
  get level() {
    const wanted = this.#deepest + Math.ceil(Math.log2(this.scale / LARGEST_SLOT) - 1e-9);
    return Math.min(Math.max(wanted, 0), this.#deepest);
  }

  /** Places a slot of a level is wide. */
  places(level) {
    return 2 ** (this.#deepest - level);
  }

  resize(width, height) {
    const wasWhole = this.isWhole;
    [this.width, this.height] = [Math.max(width, 1), Math.max(height, 1)];
    if (wasWhole) this.fit();
    else this.#hold();
  }

  fit() {
    this.#flight = null;
    Object.assign(this, { x: this.#side / 2, y: this.#side / 2, scale: this.#least });
  }

  /** Where a place is in the view, in pixels. */
  seen(x, y) {
    return { left: (x - this.x) * this.scale + this.width / 2, top: (y - this.y) * this.scale + this.height / 2 };
  }

  /** The place under a point of the view. */
  place(left, top) {
    return { x: (left - this.width / 2) / this.scale + this.x, y: (top - this.height / 2) / this.scale + this.y };
  }

  pan(right_px, down_px) {
    this.#flight = null;
    this.x += right_px / this.scale;
    this.y += down_px / this.scale;
    this.#hold();
  }

  /** Closer by a factor, the point under (left, top) staying where it is. */
  zoom(factor, left = this.width / 2, top = this.height / 2) {
    this.#flight = null;
    const fixed = this.place(left, top);
    this.scale = this.#within(this.scale * factor);
    const moved = this.place(left, top);
    this.x += fixed.x - moved.x;
    this.y += fixed.y - moved.y;
    this.#hold();
  }

  /** Go there smoothly; at once where little motion is wanted. */
  fly(to, now_ms) {
    const from = { x: this.x, y: this.y, scale: this.scale };
    const target = { ...from, ...to };
    target.scale = this.#within(target.scale);
    if (stillness.matches) Object.assign(this, target);
    this.#flight = stillness.matches ? null : { from, to: target, start_ms: now_ms };
    this.#hold();
  }

  /** Smoothly so near that what lies between two places fills the view. */
  flyTo({ left, top, right, bottom }, now_ms) {
    const scale = Math.min(this.width / (right - left), this.height / (bottom - top)) * 0.85;
    this.fly({ x: (left + right) / 2, y: (top + bottom) / 2, scale }, now_ms);
  }

  /** Where the flight leads, or where the camera is. */
  get goal() {
    return this.#flight?.to ?? this;
  }

  /** Move on to this moment. Whether there is more to come. */
  tick(now_ms) {
    if (!this.#flight) return false;
    const { from, to, start_ms } = this.#flight;
    const share = Math.min(Math.max((now_ms - start_ms) / CALM_MS, 0), 1);
    const eased = 1 - (1 - share) ** 3;
    this.scale = from.scale * (to.scale / from.scale) ** eased;
    this.x = from.x + (to.x - from.x) * eased;
    this.y = from.y + (to.y - from.y) * eased;
    if (share === 1) this.#flight = null;
    this.#hold();
    return this.#flight !== null;
  }

  #within(scale) {
    return Math.min(Math.max(scale, this.#least), Math.max(LARGEST_PLACE, this.#least));
  }

  /** The middle stays over the map; a map smaller than the view stays in its middle. */
  #hold() {
    this.scale = this.#within(this.scale);
    this.x = this.#held(this.x, this.width);
    this.y = this.#held(this.y, this.height);
  }

  #held(at, length_px) {
    const half = length_px / 2 / this.scale;
    if (half * 2 >= this.#side / MARGIN) return this.#side / 2;
    const over = half * (1 - MARGIN); // a little of what is beyond the edge may be seen
    return Math.min(Math.max(at, half - over), this.#side - half + over);
  }

  /** As a part of the address: "12.50,8.25,96". */
  get path() {
    const { x, y, scale } = this.goal;
    return `${x.toFixed(2)},${y.toFixed(2)},${scale.toPrecision(4)}`;
  }

  /** Go to what a part of an address names. Whether it names a place. */
  follow(path) {
    const [x, y, scale] = path.split(",").map(Number.parseFloat);
    if (![x, y, scale].every(Number.isFinite) || scale <= 0) return false;
    this.#flight = null;
    Object.assign(this, { x, y, scale });
    this.#hold();
    return true;
  }
}
