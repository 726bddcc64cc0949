// "More of this" and "less of this" on any picture: two buttons, and the keys + and −. Says which picture was judged; who listens asks.
import { element } from "./element.js";
import { icon } from "./icon.js";
import { say } from "./words.js";

const JUDGED = "sightline-judged";
const NAMES = { like: "feedback.like", dislike: "feedback.dislike" };
const KEYS = { "+": "like", "=": "like", "-": "dislike", "−": "dislike" };

function judge(target, id, kind) {
  target.dispatchEvent(new CustomEvent(JUDGED, { bubbles: true, detail: { id, kind } }));
}

function isWriting(target) {
  return target.matches?.("input, textarea, select");
}

/** Two buttons for the picture of the nearest element around them that has a `data-id`. `label`: with words. */
export function feedbackButtons({ className, label = false, tabIndex = 0 }) {
  return ["like", "dislike"].map((kind) => {
    const made = element("button", { type: "button", className: `${className} feedback-${kind}`, tabIndex }, icon(kind, label ? 20 : 18));
    const name = say(NAMES[kind]);
    if (label) made.append(name);
    else {
      made.title = name;
      made.setAttribute("aria-label", name);
    }
    made.addEventListener("click", (event) => {
      event.stopPropagation(); // the card around it would open
      judge(made, made.closest("[data-id]").dataset.id, kind);
    });
    return made;
  });
}

/** Call `act(id, kind)` for every picture that is judged; `kind` is "like" or "dislike". */
export function listenToFeedback(act) {
  document.addEventListener(JUDGED, ({ detail }) => act(detail.id, detail.kind));
  document.addEventListener("keydown", (event) => {
    const kind = KEYS[event.key];
    const place = event.target.closest?.("[data-id]");
    if (!kind || !place || event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
    event.preventDefault();
    judge(place, place.dataset.id, kind);
  });
}
