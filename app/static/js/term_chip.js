// The chip of one term: what it is, how much it weighs, a switch to leave it out for good, and a way to remove it.
import { element } from "./element.js";
import { icon } from "./icon.js";
import { thumbnailUrl } from "./service.js";
import { isPicture, nameOfTerm } from "./term.js";
import { WeightSlider } from "./weight_slider.js";
import { say } from "./words.js";

/** A small round button that carries only an icon. */
export function smallButton(name, symbol, act) {
  const made = element("button", { type: "button", className: "round", ariaLabel: name, title: name }, icon(symbol, 17));
  made.addEventListener("click", act);
  return made;
}

/** A chip's picture, also for a picture that the browser cannot show. */
export function chipPicture({ picture, id, crop }, collection) {
  const source = id ? thumbnailUrl(id, collection) : picture?.preview;
  if (!source) return icon("picture", 22);
  const image = element("img", { src: source, alt: "", width: 32, height: 32 });
  if (!crop) return image;
  image.style.width = `${100 / crop.width}%`; // of the round frame, which shows the part
  image.style.height = `${100 / crop.height}%`;
  image.style.translate = `${-100 * crop.x}% ${-100 * crop.y}%`;
  return element("span", { className: "chip-part" }, image);
}

function labelOf(term, collection) {
  if (!isPicture(term)) return [element("span", { className: "chip-name", dir: "auto" }, term.text)];
  const name = term.crop ? "chips.like_part" : term.picture ? "term.yours" : term.kept ? "chips.linked" : "chips.like_this";
  return [chipPicture(term, collection), element("span", { className: "chip-name" }, say(name))];
}

export class TermChip {
  #slider;
  #exclude;
  #note = element("span", { className: "chip-note" }, say("chips.left_out"));

  /** `actions` has weigh(weight), exclude(isExcluded), crop() and remove(); without exclude() or crop() there is no such button. */
  constructor(term, collection, actions) {
    const name = nameOfTerm(term);
    this.#slider = new WeightSlider(name, actions.weigh);
    this.#exclude = smallButton(say("chips.leave_out", { name }), "exclude", () => actions.exclude(!this.term.excluded));
    this.#exclude.hidden = !actions.exclude;
    const remove = smallButton(isPicture(term) ? say("chips.remove_picture") : say("chips.remove", { name }), "close", actions.remove);
    const crop = actions.crop && smallButton(say("chips.crop", { name: nameOfTerm({ ...term, crop: null }) }), "crop", actions.crop);
    this.place = element("li", { className: "chip" }, ...labelOf(term, collection), ...this.#slider.parts, this.#note, crop, this.#exclude, remove);
    this.show(term);
  }

  show(term) {
    this.term = term;
    this.#slider.show(term.weight);
    this.#slider.parts.forEach((part) => { part.hidden = term.excluded; });
    this.#note.hidden = !term.excluded;
    this.#exclude.setAttribute("aria-pressed", term.excluded);
    this.place.classList.toggle("is-out", term.excluded);
    this.place.classList.toggle("is-away", !term.excluded && term.weight < 0);
  }
}
