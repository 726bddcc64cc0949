// Relevance, the chance that a picture shows what was asked for: as a bar, in words, and the line under which it is small.
import { element } from "./element.js";
import { say } from "./words.js";

const UNLIKELY_BELOW = 0.1;

/** "62 %"; chances that are hardly there, or hardly missing, are not rounded away. */
export function percent(relevance) {
  const rounded = Math.round(relevance * 100);
  if (rounded === 0) return say("relevance.under");
  return rounded === 100 ? say("relevance.over") : say("relevance.percent", { rounded });
}

/** A bar as full as the chance is high; it says nothing to screen readers: the words beside it do. */
export function relevanceBar(relevance) {
  const filled = element("span", { className: "bar-filled" });
  filled.style.width = `${Math.max(relevance, 0.03) * 100}%`; // a sliver shows that there is a bar
  return element("span", { className: "relevance-bar", ariaHidden: "true" }, filled);
}

export function isJudged(hit) {
  return typeof hit.relevance === "number";
}

export function isUnlikely(hit) {
  return isJudged(hit) && hit.relevance < UNLIKELY_BELOW;
}

/** How many hits stand above the line; -1 where there is none to draw: none is unlikely, or they are mixed. */
export function countAboveLine(hits) {
  const first = hits.findIndex(isUnlikely);
  return hits.slice(first).every(isUnlikely) ? first : -1;
}
