// The words for what went wrong, and what to do next. Never shows anything itself.
import { say } from "./words.js";

const LONGEST_PAUSE_S = 16;

/** Seconds until the next try by itself, growing with every failed one. */
function pause_s(attempt) {
  return Math.min(2 ** (attempt + 1), LONGEST_PAUSE_S);
}

const BY_CODE = {
  unreachable: (failure, attempt) => ({
    icon: "away", title: say("failure.unreachable"), text: say("failure.unreachable_text"),
    command: "sightline serve", retry_s: pause_s(attempt),
  }),
  too_slow: () => ({
    icon: "wait", title: say("failure.too_slow"), text: say("failure.too_slow_text"),
  }),
  overloaded: (failure, attempt) => ({
    icon: "wait", title: say("failure.overloaded"), text: say("failure.overloaded_text"),
    retry_s: failure.retryAfter_s ?? pause_s(attempt),
  }),
  nothing_indexed: (failure, attempt, collection) => ({
    icon: "empty", title: say("failure.nothing_indexed"), text: say("failure.nothing_indexed_text"),
    command: collection && collection !== "default"
      ? `sightline index --collection ${collection} /path/to/pictures` : "sightline index /path/to/pictures",
    retry_s: 4, quiet: true,
  }),
  collection_not_found: (failure) => ({
    icon: "empty", title: say("failure.collection_not_found"), reason: failure.detail, startAgain: true,
  }),
  image_not_found: (failure) => ({
    icon: "broken", title: say("failure.image_not_found"), reason: failure.detail, startAgain: true,
  }),
  model_mismatch: (failure) => ({
    icon: "broken", title: say("failure.model_mismatch"), text: say("failure.model_mismatch_text"), reason: failure.detail,
    retry_s: 4, quiet: true,
  }),
  cursor_expired: () => ({
    icon: "shuffle", title: say("failure.cursor_expired"), text: say("failure.cursor_expired_text"), startsOver: true,
  }),
  paging_too_deep: () => ({
    icon: "empty", title: say("failure.paging_too_deep"), text: say("failure.paging_too_deep_text"), startsOver: true,
  }),
  not_ready: (failure, attempt) => ({
    icon: "wait", title: say("failure.not_ready"), text: say("failure.not_ready_text"),
    retry_s: failure.retryAfter_s ?? pause_s(attempt), quiet: true,
  }),
  null_query: () => ({ icon: "empty", title: say("failure.null_query"), text: say("failure.null_query_text"), startAgain: true }),
  bad_question: (failure) => ({ icon: "broken", title: say("failure.bad_question"), reason: failure.detail, startAgain: true }),
  filter_invalid: (failure) => ({ icon: "filter", title: say("failure.filter_invalid"), reason: failure.detail, startAgain: true }),
  unknown_field: (failure) => ({ icon: "filter", title: say("failure.unknown_field"), reason: failure.detail, startAgain: true }),
  kept_picture_gone: (failure) => ({ icon: "broken", title: say("failure.kept_picture_gone"), reason: failure.detail, choosePicture: true }),
  key_needed: () => ({ icon: "away", title: say("failure.key_needed"), text: say("failure.key_needed_text"), action: say("failure.sign_in") }),
  role_too_low: (failure) => ({ icon: "away", title: say("failure.role_too_low"), reason: failure.detail }),
};

function byStatus(failure, attempt) {
  if (failure.status === 429) return BY_CODE.overloaded(failure, attempt);
  if (failure.status === 503) {
    return { icon: "wait", title: say("failure.unavailable"), reason: failure.detail, retry_s: failure.retryAfter_s ?? pause_s(attempt) };
  }
  if (failure.status >= 500) {
    return { icon: "broken", title: say("failure.internal"), reason: failure.detail, text: say("failure.internal_text") };
  }
  return { icon: "broken", title: say("failure.refused"), reason: failure.detail || failure.title };
}

/** The words for a failure: { icon, title, text?, reason?, command?, retry_s?, quiet?, startsOver?, choosePicture?, startAgain?, action? }. */
export function wordsFor(failure, { attempt = 0, collection = null } = {}) {
  const known = BY_CODE[failure.code];
  if (known) return known(failure, attempt, collection);
  if (failure.code.startsWith("image_") || failure.code === "body_too_large") {
    return { icon: "broken", title: say("failure.picture"), reason: failure.detail, choosePicture: true };
  }
  return byStatus(failure, attempt);
}
