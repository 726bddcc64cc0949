// Which picture of the map the keyboard is at: walks from one to the next, and stays with it from level to level. Draws nothing.

export class Choice {
  /** { level, x, y, slot }, or null. */
  at = null;
  #camera;
  #painter;

  constructor(camera, painter) {
    this.#camera = camera;
    this.#painter = painter;
  }

  /** The picture's id, or null. */
  get id() {
    return this.at?.slot.picture.id ?? null;
  }

  /** To the next picture in a direction; from none, to the one in the middle. The slot, or null where the map moves on instead. */
  step(right, down, map) {
    const { level, width, height } = this.#camera;
    const slot = this.at ? this.#next(right, down, map) : this.#middle(map);
    if (!slot) {
      this.#camera.pan((right * width) / 3, (down * height) / 3);
      return null;
    }
    this.at = { level, x: slot.x, y: slot.y, slot };
    this.#bringIn();
    return slot;
  }

  #nearest(map, farOf) {
    let best = null;
    for (const slot of this.#painter.slotsInView(map)) {
      const far = farOf(slot);
      if (far < (best?.far ?? Infinity)) best = { far, slot };
    }
    return best?.slot ?? null;
  }

  #middle(map) {
    const width = this.#camera.places(this.#camera.level);
    const [x, y] = [this.#camera.x / width - 0.5, this.#camera.y / width - 0.5];
    return this.#nearest(map, (slot) => Math.hypot(slot.x - x, slot.y - y));
  }

  #next(right, down, map) {
    return this.#nearest(map, ({ x, y }) => {
      const [dx, dy] = [x - this.at.x, y - this.at.y];
      const along = dx * right + dy * down;
      const across = Math.abs(dx * down) + Math.abs(dy * right);
      return along > 0 ? along + 2 * across : Infinity;
    });
  }

  /** Move the map so that all of the picture is seen, and a bit of what is beside it. */
  #bringIn() {
    const places = this.#camera.places(this.at.level);
    const size = places * this.#camera.scale;
    const { left, top } = this.#camera.seen(this.at.x * places, this.at.y * places);
    const beyond = (at, length) => Math.max(at + 1.5 * size - length, 0) || Math.min(at - 0.5 * size, 0);
    const [right, down] = [beyond(left, this.#camera.width), beyond(top, this.#camera.height)];
    if (right || down) this.#camera.pan(right, down);
  }

  /** At another level: the same picture, or whoever stands where it was. */
  follow(map) {
    const { level } = this.#camera;
    if (!this.at || this.at.level === level) return;
    const shift = 2 ** (level - this.at.level);
    const [x, y] = [Math.floor((this.at.x + 0.5) * shift), Math.floor((this.at.y + 0.5) * shift)];
    const slots = this.#painter.slotsInView(map);
    const slot = slots.find(({ picture }) => picture.id === this.id) ?? slots.find((one) => one.x === x && one.y === y);
    if (slot) this.at = { level, x: slot.x, y: slot.y, slot };
  }
}
