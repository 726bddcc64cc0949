// Another content appears in its place, instead of being moved there from where the old one was.
import { byId } from "./element.js";

/** Draw the results anew where they are now: what is above them has grown or shrunk, or they are others. */
export function drawAfresh() {
  const results = byId("results");
  const { scrollY } = window; // without the results the page is short, and forgets where it was
  results.hidden = true;
  results.getBoundingClientRect();
  results.hidden = false;
  window.scrollTo({ top: scrollY, behavior: "instant" });
}
