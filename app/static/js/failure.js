// What went wrong. The words for it are in failure_words.js.

/** A request that brought no answer: `code` is the service's own, or "unreachable" or "too_slow"; `needed` the role that a key lacks. */
export class Failure extends Error {
  constructor({ status = 0, code = "unreachable", title = "", detail = "", retryAfter_s = null, needed = null }) {
    super(detail || code);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.retryAfter_s = retryAfter_s;
    this.needed = needed;
  }
}
