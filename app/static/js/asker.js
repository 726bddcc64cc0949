// Asks the service one thing at a time: a new request ends the one before, and a late answer is never delivered.

const PROGRESS_AFTER_MS = 160; // quicker answers show no progress: a flicker is worse than a short wait

export class Asker {
  #service;
  #listener;
  #turn = 0;
  #request = null;
  #timers = [];

  /** `listener` has answered(asked, answer), failed(asked, failure) and waiting(isWaiting). */
  constructor(service, listener) {
    this.#service = service;
    this.#listener = listener;
  }

  /** Whether a request is under way or about to be. */
  get busy() {
    return this.#request !== null;
  }

  /** Ask after `delay_ms`. `asked` is { question, k, seed, cursor, … } and comes back with the answer. */
  ask(asked, delay_ms = 0) {
    this.stop();
    const turn = this.#turn;
    this.#request = new AbortController();
    if (delay_ms === 0) this.#send(asked, turn);
    else this.#timers.push(setTimeout(() => this.#send(asked, turn), delay_ms));
  }

  stop() {
    this.#turn += 1;
    this.#request?.abort();
    this.#request = null;
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#listener.waiting(false);
  }

  async #send(asked, turn) {
    this.#timers.push(setTimeout(() => this.#listener.waiting(true), PROGRESS_AFTER_MS));
    let answer = null;
    let failure = null;
    try {
      answer = await this.#service.search(asked.question, asked, this.#request.signal);
    } catch (error) {
      failure = error;
    }
    if (turn !== this.#turn) return;
    this.stop();
    if (failure) this.#listener.failed(asked, failure);
    else this.#listener.answered(asked, answer);
  }
}
