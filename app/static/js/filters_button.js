// The button that opens the filters, with how many hold. The panel behind it is loaded then.
import { drawAfresh } from "./draw_afresh.js";
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { brought } from "./on_demand.js";
import { say } from "./words.js";

export class FiltersButton {
  #button = byId("filters-button");
  #place = byId("filters");
  #count = element("span", { className: "filters-count" });
  #panel = null;
  #service;
  #listener;
  #question = null;

  /** `listener` has changed({ filters?, where? }) and generationOf(collection). */
  constructor(service, listener) {
    this.#service = service;
    this.#listener = listener;
    this.#button.append(icon("filter", 18), say("filters.title"), this.#count);
    this.#button.addEventListener("click", () => this.#open(this.#place.hidden));
    this.#place.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.#open(false);
      this.#button.focus();
    });
  }

  /** Open the panel and go to it, or close it. */
  toggle() {
    this.#open(this.#place.hidden);
    this.#button.focus();
  }

  show(question) {
    this.#question = question;
    this.#count.textContent = Object.values(question.filters).flat().length + (question.where ? 1 : 0) || "";
    this.#panel?.show(question, !this.#place.hidden);
  }

  async #open(isOpen) {
    if (isOpen && !this.#panel) {
      const module = await brought(() => import("./filter_panel.js"), { sheet: "filters", words: ["filters"] });
      if (!module) return;
      this.#panel ??= new module.FilterPanel(this.#service, { ...this.#listener, leave: () => this.#button.focus() });
    }
    this.#place.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", isOpen);
    drawAfresh();
    this.#panel?.show(this.#question, isOpen);
  }
}
