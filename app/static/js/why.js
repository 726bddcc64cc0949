// Why a picture was found: how likely it is, and what each part of the question adds to its score.
import { element } from "./element.js";
import { isJudged, percent, relevanceBar } from "./relevance.js";
import { say, sayParts } from "./words.js";

/** A part's name for people; the service names pictures by their ids. */
function nameOf(part, question) {
  if (part === "uploaded picture") return say("term.yours");
  if (question.terms.some(({ id }) => part === `photo:${id}`)) return say("viewer.why_chosen");
  if (part.startsWith("photo:")) return say("viewer.why_picture");
  if (/^like \S+$/.test(part) && question.like?.includes(part.slice(5))) return say("viewer.why_liked");
  if (/^dislike \S+$/.test(part) && question.dislike?.includes(part.slice(8))) return say("viewer.why_disliked");
  return part;
}

function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function partRow({ part, contribution }, question, scale) {
  const filled = element("span", { className: contribution < 0 ? "bar-filled is-against" : "bar-filled" });
  filled.style.width = `${Math.min(1, Math.abs(contribution) / scale) * 100}%`;
  return element("li", {},
    element("span", { className: "why-name", dir: "auto" }, nameOf(part, question)),
    element("span", { className: "why-value" }, signed(contribution)),
    element("span", { className: "why-bar", ariaHidden: "true" }, filled));
}

/** The largest contribution of an answer's best hit: what a full bar stands for. */
export function scaleOf(hits) {
  const parts = hits[0]?.explain?.parts ?? [];
  return Math.max(0.01, ...parts.map(({ contribution }) => Math.abs(contribution)));
}

/** What the section holds for a hit; nothing where neither its chance nor its parts are known. */
export function whyRows(hit, question, scale) {
  const rows = [];
  if (isJudged(hit)) {
    rows.push(element("p", { className: "why-chance" }, ...sayParts("viewer.why_chance", { chance: element("b", {}, percent(hit.relevance)) })));
    rows.push(relevanceBar(hit.relevance));
  }
  const parts = hit.explain?.parts ?? [];
  if (parts.length) rows.push(element("ul", { className: "why-parts" }, ...parts.map((one) => partRow(one, question, scale))));
  const word_rank = hit.explain?.keyword_rank;
  if (word_rank) rows.push(element("p", { className: "why-rank" }, say("viewer.why_rank", { rank: word_rank })));
  return rows.length ? [element("h3", {}, say("viewer.why_title")), ...rows] : [];
}
