// The last few answers, for an instant way back through the history. Forgets the oldest first.
import { keyOf } from "./question.js";

const KEPT = 12;

export class RecentAnswers {
  #kept = new Map(); // key of the question → { asked, answer }

  keep(asked, answer) {
    const key = keyOf(asked.question);
    this.#kept.delete(key);
    this.#kept.set(key, { asked, answer });
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }

  /** { asked, answer } of the last time this was asked, or null. */
  find(question) {
    return this.#kept.get(keyOf(question)) ?? null;
  }
}
