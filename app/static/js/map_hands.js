// Hands and keys on the map: drag, pinch, wheel, hover, click, keyboard. Says what is meant; moves nothing itself.

const STILL_PX = 6; // a press that moves no farther is a click
const WHEEL = 0.0016; // how much closer a pixel of the wheel brings
const STEP_PX = 120;
const CLOSER = 1.6;

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Hands {
  #surface;
  #meant;
  #fingers = new Map(); // pointer → { left, top }
  #moved_px = 0;

  /** `meant` has pan(right, down), zoom(factor, left?, top?), fit(), hover(left, top), unhover(), click(left, top), step(right, down),
   *  open(), similar() and list(). */
  constructor(surface, meant) {
    this.#surface = surface;
    this.#meant = meant;
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#up(event));
    surface.addEventListener("pointercancel", (event) => this.#fingers.delete(event.pointerId));
    surface.addEventListener("pointerleave", () => meant.unhover());
    surface.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    surface.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #at(event) {
    const { left, top } = this.#surface.getBoundingClientRect();
    return { left: event.clientX - left, top: event.clientY - top };
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#surface.setPointerCapture(event.pointerId);
    if (this.#fingers.size === 0) this.#moved_px = 0;
    this.#fingers.set(event.pointerId, this.#at(event));
  }

  #move(event) {
    const now = this.#at(event);
    const before = this.#fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") this.#meant.hover(now.left, now.top);
      return;
    }
    const [right, down] = [now.left - before.left, now.top - before.top];
    this.#moved_px += Math.hypot(right, down);
    const other = [...this.#fingers].find(([pointer]) => pointer !== event.pointerId)?.[1];
    if (other) this.#pinch(before, now, other);
    if (this.#moved_px > STILL_PX) this.#meant.pan(other ? -right / 2 : -right, other ? -down / 2 : -down);
    this.#fingers.set(event.pointerId, now);
  }

  #pinch(before, now, other) {
    const apart = (one) => Math.max(Math.hypot(one.left - other.left, one.top - other.top), 1);
    this.#moved_px += STILL_PX; // two fingers never click
    this.#meant.zoom(apart(now) / apart(before), (now.left + other.left) / 2, (now.top + other.top) / 2);
  }

  #up(event) {
    const wasDown = this.#fingers.delete(event.pointerId);
    if (!wasDown || this.#fingers.size || this.#moved_px > STILL_PX) return;
    const { left, top } = this.#at(event);
    this.#meant.click(left, top);
  }

  #wheel(event) {
    event.preventDefault();
    const { left, top } = this.#at(event);
    const lines = event.deltaMode === 1 ? 16 : 1;
    const speed = event.ctrlKey ? 6 : 1; // a pinch on a touchpad comes as a slow wheel
    this.#meant.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * WHEEL * speed), left, top);
  }

  #pressed(event) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    const { pan, zoom, fit, step, open, similar, list } = this.#meant;
    const meanings = {
      "+": () => zoom(CLOSER), "=": () => zoom(CLOSER), "-": () => zoom(1 / CLOSER), "−": () => zoom(1 / CLOSER), _: () => zoom(1 / CLOSER),
      0: fit, Home: fit, Enter: open, s: similar, l: list,
    };
    const meaning = direction
      ? () => (event.shiftKey ? pan(direction[0] * STEP_PX, direction[1] * STEP_PX) : step(...direction))
      : meanings[event.key];
    if (!meaning) return;
    event.preventDefault();
    meaning();
  }
}
