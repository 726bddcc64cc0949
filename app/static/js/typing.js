// The rhythm of typing: waits for the pause, and knows which changes belong to one thought.

const PAUSE_MS = 250;
const SAME_THOUGHT_MS = 3000;

export class Typing {
  #timer = 0;
  #last_ms = -Infinity;

  /** Call `act(isSameThought)` once nothing more is typed; `at_once` does not wait. */
  pause(act, { at_once = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const now_ms = performance.now();
      const isSameThought = now_ms - this.#last_ms < SAME_THOUGHT_MS;
      this.#last_ms = now_ms;
      act(isSameThought);
    }, at_once ? 0 : PAUSE_MS);
  }

  /** Something else was done: what was typed is dropped, and what comes next is another thought. */
  end() {
    clearTimeout(this.#timer);
    this.#last_ms = -Infinity;
  }
}
