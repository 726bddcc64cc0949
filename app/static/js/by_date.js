// The best pictures of an answer in the order of their dates. Values only, no elements.
import { isUnlikely } from "./relevance.js";

/** How many are asked for: of a question the best, of mere filters as many as the service gives at once. */
export const MOST_BEST = 200;
export const MOST_FILTERED = 1000;

/** When a picture was taken, as a text that sorts: what its file says, else its metadata; "" where nothing does. */
function dateOf({ file_facts, metadata }) {
  return String(file_facts?.taken_at ?? metadata?.taken_at ?? metadata?.date ?? metadata?.year ?? "");
}

/** The answer with the likely ones of its hits by date, those without a date last. Where none is likely, all of them. */
export function byDate(answer, sort) {
  const likely = answer.hits.filter((hit) => !isUnlikely(hit));
  const sign = sort === "oldest" ? 1 : -1;
  const dated = (likely.length ? likely : answer.hits).map((hit) => ({ hit, date: dateOf(hit) }));
  const compared = (one, other) => (one.date === other.date ? 0 : !one.date ? 1 : !other.date ? -1 : one.date < other.date ? -sign : sign);
  return { ...answer, next_cursor: null, hits: dated.sort(compared).map(({ hit }) => hit), undated: dated.filter(({ date }) => !date).length };
}
