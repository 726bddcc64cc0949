// One picture of the grid: a link to its full view, its words, a link to its likes. Strangers' words stay text.
import { CARD_TYPE } from "./intake.js";
import { element } from "./element.js";
import { feedbackButtons } from "./feedback.js";
import { icon } from "./icon.js";
import { isJudged, percent, relevanceBar } from "./relevance.js";
import { say, sayParts } from "./words.js";

/** A picture's caption, or the words for none. */
export function captionOf({ caption }) {
  return caption || say("card.no_caption");
}

const QUICK_MS = 200; // a picture that comes sooner is simply there; fading dozens at once costs more than it gives

/** The hue that fills a card until its picture comes, always the same for the same picture. */
function hueOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

function pictureOf(hit) {
  const image = element("img", { alt: "", decoding: "async", loading: "lazy", draggable: false });
  const made_ms = performance.now();
  image.addEventListener("load", () => {
    const wasQuick = performance.now() - made_ms < QUICK_MS;
    image.classList.add(wasQuick ? "is-here-at-once" : "is-here");
  });
  image.addEventListener("error", () => {
    image.replaceWith(element("span", { className: "card-missing" }, icon("broken", 28), say("card.broken")));
  });
  image.src = hit.thumbnail_url;
  return image;
}

function wordsOf(hit) {
  const caption = element("span", { className: "card-caption", dir: "auto" }, captionOf(hit));
  const score = isJudged(hit) ? scoreOf("card.likely", percent(hit.relevance)) : typeof hit.score === "number" ? scoreOf("card.score", hit.score.toFixed(3)) : null;
  return element("span", { className: "card-words" }, caption, score);
}

/** A figure that is seen; the words around it are heard. */
function scoreOf(key, figure) {
  const parts = sayParts(key, { figure: document.createTextNode(figure) });
  return element("span", { className: "card-score" },
    ...parts.map((part) => (typeof part === "string" ? element("span", { className: "sr-only" }, part) : part)));
}

/** How many near duplicates stand behind the picture. */
function foldedOf({ folded }) {
  if (!folded?.count) return null;
  return element("span", { className: "card-folded" },
    element("span", { ariaHidden: "true" }, `+${folded.count}`), element("span", { className: "sr-only" }, say("card.folded", { count: folded.count })));
}

/** The card, and its two links: { card, open, similar }. `links` are their addresses, so that they open in a new tab too. */
export function makeCard(hit, links) {
  const open = element("a", { className: "card-open", href: links.open }, pictureOf(hit), wordsOf(hit), foldedOf(hit));
  if (isJudged(hit)) open.append(relevanceBar(hit.relevance));
  const similar = element("a", { className: "card-similar", href: links.similar, title: say("card.similar") }, icon("similar", 19));
  similar.append(element("span", { className: "sr-only" }, say("card.similar_to", { caption: captionOf(hit) })));
  const card = element("li", { className: "card" }, open, similar, ...feedbackButtons({ className: "card-judge", tabIndex: -1 }));
  card.style.setProperty("--hue", hueOf(hit.id));
  card.dataset.id = hit.id;
  open.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData(CARD_TYPE, hit.id);
    event.dataTransfer.effectAllowed = "copy";
  });
  return { card, open, similar };
}

export function placeCard({ card }, box) {
  card.style.left = `${box.x}px`;
  card.style.top = `${box.y}px`;
  card.style.width = `${box.width}px`;
  card.style.height = `${box.height}px`;
}
