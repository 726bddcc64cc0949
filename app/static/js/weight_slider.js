// A slider from −1 to +1 for the weight of a term: right of the middle towards it, left of it away from it.
import { element } from "./element.js";
import { readableWeight } from "./term.js";
import { say } from "./words.js";

function meaningOf(weight) {
  if (weight === 0) return say("chips.no_effect");
  return say(weight > 0 ? "chips.towards" : "chips.away", { weight: readableWeight(weight) });
}

export class WeightSlider {
  #range = element("input", { type: "range", min: -1, max: 1, step: 0.1, className: "weight" });
  #said = element("output", { className: "weight-said", ariaHidden: "true" });

  /** `name` says what is weighed; `changed(weight)` is called while it moves. */
  constructor(name, changed) {
    this.#range.setAttribute("aria-label", say("chips.weight", { name }));
    this.#range.addEventListener("input", () => {
      this.#paint();
      changed(Number(this.#range.value));
    });
    this.parts = [this.#range, this.#said];
  }

  show(weight) {
    if (Number(this.#range.value) !== weight) this.#range.value = weight;
    this.#paint();
  }

  #paint() {
    const weight = Number(this.#range.value);
    this.#range.style.setProperty("--from", `${50 + Math.min(weight, 0) * 50}%`);
    this.#range.style.setProperty("--to", `${50 + Math.max(weight, 0) * 50}%`);
    this.#range.setAttribute("aria-valuetext", meaningOf(weight));
    this.#range.classList.toggle("is-away", weight < 0);
    this.#said.value = readableWeight(weight);
  }
}
