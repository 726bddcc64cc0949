// What went wrong, and the words for it. Never shows anything itself.

/** A request that brought no answer: `code` is the service's own, or "unreachable" or "too_slow". */
export class Failure extends Error {
  constructor({ status = 0, code = "unreachable", title = "", detail = "", retryAfter_s = null }) {
    super(detail || code);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.retryAfter_s = retryAfter_s;
  }
}

const LONGEST_PAUSE_S = 16;

/** Seconds until the next try by itself, growing with every failed one. */
function pause_s(attempt) {
  return Math.min(2 ** (attempt + 1), LONGEST_PAUSE_S);
}

const BY_CODE = {
  unreachable: (failure, attempt) => ({
    icon: "away", title: "The service does not answer",
    text: "It may be stopped or restarting. If it is yours, start it with this command. The page keeps trying.",
    command: "sightline serve", retry_s: pause_s(attempt),
  }),
  too_slow: () => ({
    icon: "wait", title: "The answer did not come in time",
    text: "The service is there but took longer than 30 seconds.",
  }),
  overloaded: (failure, attempt) => ({
    icon: "wait", title: "The service is busy",
    text: "More searches arrived than it can answer at once. Yours will be sent again by itself.",
    retry_s: failure.retryAfter_s ?? pause_s(attempt),
  }),
  nothing_indexed: (failure, attempt, collection) => ({
    icon: "empty", title: "No pictures here yet",
    text: "Point Sightline at a folder of pictures. This page will notice by itself when they are ready.",
    command: collection && collection !== "default"
      ? `sightline index --collection ${collection} /path/to/pictures` : "sightline index /path/to/pictures",
    retry_s: 4, quiet: true,
  }),
  collection_not_found: (failure) => ({
    icon: "empty", title: "There is no such collection", reason: failure.detail, startAgain: true,
  }),
  image_not_found: (failure) => ({
    icon: "broken", title: "This picture is no longer in the collection", reason: failure.detail, startAgain: true,
  }),
  model_mismatch: (failure) => ({
    icon: "broken", title: "These pictures were indexed with another model", reason: failure.detail,
  }),
  cursor_expired: () => ({
    icon: "shuffle", title: "The collection has changed", startsOver: true,
    text: "The collection has changed since these pictures were found. What comes next can no longer be said.",
  }),
  paging_too_deep: () => ({
    icon: "empty", title: "This is as far as a search goes", startsOver: true, text: "This is as far as a search goes: 10,000 pictures.",
  }),
  not_ready: (failure, attempt) => ({
    icon: "wait", title: "The service is getting ready",
    text: "It is loading its model. This page goes on by itself as soon as it is there.",
    retry_s: failure.retryAfter_s ?? pause_s(attempt), quiet: true,
  }),
};

function byStatus(failure, attempt) {
  if (failure.status === 429) return BY_CODE.overloaded(failure, attempt);
  if (failure.status === 503) {
    return { icon: "wait", title: "The service cannot answer this now", reason: failure.detail, retry_s: failure.retryAfter_s ?? pause_s(attempt) };
  }
  if (failure.status >= 500) {
    return { icon: "broken", title: "The service failed on this one", reason: failure.detail, text: "The fault is not yours. Its log says more." };
  }
  return { icon: "broken", title: failure.title || "The service did not accept this search", reason: failure.detail };
}

/** The words for a failure: { icon, title, text?, reason?, command?, retry_s?, quiet?, startsOver?, choosePicture?, startAgain? }. */
export function wordsFor(failure, { attempt = 0, collection = null } = {}) {
  const known = BY_CODE[failure.code];
  if (known) return known(failure, attempt, collection);
  if (failure.code.startsWith("image_") || failure.code === "body_too_large") {
    return { icon: "broken", title: "This picture cannot be used", reason: failure.detail, choosePicture: true };
  }
  return byStatus(failure, attempt);
}
