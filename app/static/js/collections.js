// The collections of the service and which one is looked at; a switch when there are several.
import { byId, element } from "./element.js";

const USUAL = "default";

export class Collections {
  #known = [];
  #label = byId("collection-choice");
  #select = byId("collection");
  #service;

  /** `onChoice(name)` is called when the visitor switches. */
  constructor(service, onChoice) {
    this.#service = service;
    this.#select.addEventListener("change", () => onChoice(this.#select.value));
  }

  /** Ask the service anew. Raises Failure. */
  async refresh() {
    const { collections } = await this.#service.collections();
    this.#known = collections;
    const names = collections.map(({ name }) => name);
    const shown = [...this.#select.options].map((option) => option.value);
    if (names.join("\n") === shown.join("\n")) return;
    this.#select.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
    this.#label.hidden = names.length < 2;
  }

  get isEmpty() {
    return this.#known.length === 0;
  }

  /** The collection that is shown when nobody names one. */
  get plain() {
    return this.named(USUAL)?.name ?? this.#known[0]?.name ?? USUAL;
  }

  named(name) {
    return this.#known.find((collection) => collection.name === name) ?? null;
  }

  show(name) {
    if (this.named(name)) this.#select.value = name;
  }
}
