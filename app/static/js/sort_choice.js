// The choice between the best pictures first and the newest or oldest of the best first.
import { byId, element } from "./element.js";
import { hasDirection, isEmpty } from "./question.js";
import { say } from "./words.js";

const NAMES = { "": "sort.best", newest: "sort.newest", oldest: "sort.oldest" };

export class SortChoice {
  #label = byId("sort-choice");
  #select = byId("sort");

  /** `changed({ sort })` is called with what the visitor chooses. */
  constructor(changed) {
    this.#select.append(...Object.entries(NAMES).map(([value, key]) => element("option", { value }, say(key))));
    this.#select.addEventListener("change", () => changed({ sort: this.#select.value }));
  }

  show(question) {
    this.#label.hidden = isEmpty(question);
    this.#select.options[0].text = say(hasDirection(question) ? "sort.best" : "sort.any");
    this.#select.value = question.sort;
  }
}
