// Speaks HTTP with the service: one method a request. Knows no element of the page.
import { entered, entrances } from "./entrance.js";
import { Failure } from "./failure.js";
import { hasDirection, isEmpty, soughtIds } from "./question.js";
import { ANYTHING, bodyOf, parametersOf } from "./search_body.js";

const PATIENCE_MS = 30_000;

function retryAfter_s(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.max(seconds, 1), 300) : null;
}

/** The failure that an answer of the service is. */
async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  return new Failure({
    status: response.status,
    code: typeof problem.code === "string" ? problem.code : "unknown",
    title: typeof problem.title === "string" ? problem.title : "",
    detail: typeof problem.detail === "string" ? problem.detail : "",
    retryAfter_s: retryAfter_s(response),
    needed: /scope="(\w+)"/.exec(response.headers.get("WWW-Authenticate"))?.[1],
  });
}

/** Where a picture's thumbnail lives, for pictures known only by their id. */
export function thumbnailUrl(id, collection) {
  return address(`v1/images/${encodeURIComponent(id)}/thumbnail`, { collection }).href;
}

/** Where the picture's own file lives. */
export function imageUrl(id, collection) {
  return address(`v1/images/${encodeURIComponent(id)}`, { collection }).href;
}

/** An address of the service; lists become repeated parameters, what is null is left out. */
export function address(path, parameters = {}) {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined) url.searchParams.append(name, one);
    }
  }
  return url;
}

/** The answer's JSON, or what `read` makes of it; `options` are those of fetch. Waits for who has to sign in first, unless `isSigningIn`.
 *  Raises Failure; an aborted request raises fetch's AbortError. */
export async function answerOf(url, { isSigningIn = false, ...options } = {}) {
  for (;;) {
    const before = entrances();
    try {
      return await firstAnswerOf(url, options);
    } catch (failure) {
      if (isSigningIn || failure.code !== "key_needed" || !(await entered(before))) throw failure;
    }
  }
}

async function firstAnswerOf(url, { signal, patience_ms = PATIENCE_MS, read = (response) => response.json(), ...options }) {
  const patience = AbortSignal.timeout(patience_ms);
  try {
    const response = await fetch(url, { ...options, signal: signal ? AbortSignal.any([signal, patience]) : patience });
    if (!response.ok) throw await failureOf(response);
    return await read(response);
  } catch (error) {
    if (error instanceof Failure || signal?.aborted) throw error;
    throw new Failure({ code: patience.aborted ? "too_slow" : "unreachable" });
  }
}

/** A hit of a question that looked for nothing: no score of it means anything. */
function unscored(hit) {
  return { ...hit, score: null, relevance: null };
}

export class Service {
  #unfoldable = new Set(); // collections in which nobody has looked for duplicates yet

  collections(signal) {
    return answerOf(address("v1/collections"), { signal });
  }

  sample(collection, k, seed, signal) {
    return answerOf(address(`v1/collections/${encodeURIComponent(collection)}/sample`, { k, seed }), { signal });
  }

  skipped(collection, offset, limit) {
    return answerOf(address(`v1/collections/${encodeURIComponent(collection)}/skipped`, { offset, limit }));
  }

  information(id, collection, signal) {
    return answerOf(address(`v1/images/${encodeURIComponent(id)}/info`, { collection }), { signal });
  }

  /** A picture's heat map for a question in one line, as a blob. */
  heatMap(id, collection, q, signal) {
    const url = address(`v1/images/${encodeURIComponent(id)}/heatmap`, { collection, q });
    return answerOf(url, { signal, read: (response) => response.blob() });
  }

  /** A page of hits for a question, best first, folded and explained; a sample of the collection when nothing was asked. */
  async search(question, { k, seed, cursor = null }, signal) {
    const { collection } = question;
    if (isEmpty(question)) return this.sample(collection, k, seed, signal);
    if (question.sort) {
      const { byDate, MOST_BEST, MOST_FILTERED } = await import("./by_date.js").catch(() => Promise.reject(new Failure({ code: "unreachable" })));
      const most = hasDirection(question) ? MOST_BEST : MOST_FILTERED;
      return byDate(await this.#explained(question, { k: most, collection }, signal), question.sort);
    }
    return this.#explained(question, { k, cursor, collection }, signal);
  }

  async #explained(question, options, signal) {
    try {
      return await this.#page(question, { ...options, explain: true, ...this.#folding(question) }, signal);
    } catch (failure) {
      if (failure.code !== "duplicates_unknown") throw failure;
      this.#unfoldable.add(options.collection);
      return this.#page(question, { ...options, explain: true }, signal);
    }
  }

  /** Pictures like one of the collection begin with its duplicates: folded, these would vanish behind it. */
  #folding(question) {
    return soughtIds(question).size > 0 || this.#unfoldable.has(question.collection) ? {} : { fold_duplicates: true };
  }

  async #page(question, options, signal) {
    const parameters = parametersOf(question);
    if (parameters) return answerOf(address("v1/search", { ...parameters, ...options }), { signal });
    const answer = await this.#post({ ...(await bodyOf(question)), ...options }, signal);
    return hasDirection(question) ? answer : { ...answer, no_good_match: null, hits: answer.hits.map(unscored) };
  }

  /** The fields that filters may name, with their types. */
  fields(collection, signal) {
    return answerOf(address(`v1/collections/${encodeURIComponent(collection)}/fields`), { signal });
  }

  /** Which values these fields have how often, among what a filter lets through. Raises Failure, also for the filter. */
  async facets(fields, filter, collection, signal) {
    const body = { query: [{ text: ANYTHING }], k: 1, facets: fields, filter, collection };
    return (await this.#post(body, signal)).facets ?? {};
  }

  /** Which of these names fits a picture: chances, and that of none. */
  classify(id, classnames, collection, signal) {
    return this.#post({ image: { id }, classnames, collection }, signal, "v1/classify");
  }

  #post(body, signal, path = "v1/search") {
    return answerOf(address(path), {
      signal,
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }
}
