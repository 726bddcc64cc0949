// The pictures in view of the map as a list, for who would rather read than look. Knows no camera.
import { captionOf } from "./card.js";
import { element } from "./element.js";
import { say } from "./words.js";

const MOST = 100;

export class MapList {
  #items = element("ul", {});
  #rest = element("p", { className: "map-rest" });
  #open;
  #shown = "";
  element = element("section", { className: "map-list", ariaLabel: say("map.list_title"), hidden: true });

  /** `open(id)` opens a picture. */
  constructor(open) {
    this.#open = open;
    this.element.append(element("h2", {}, say("map.list_title")), this.#items, this.#rest);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  set isOpen(wanted) {
    this.element.hidden = !wanted;
  }

  /** Show slots ({ count, picture }); what is the same as before stays as it is, the focus too. */
  show(slots) {
    const named = slots.slice(0, MOST);
    const content = named.map(({ count, picture }) => `${picture.id} ${count}`).join("\n");
    this.#rest.textContent = slots.length > MOST ? say("map.list_rest", { count: slots.length - MOST }) : "";
    if (content === this.#shown) return;
    this.#shown = content;
    const focused = document.activeElement?.dataset?.picture;
    this.#items.replaceChildren(...named.map((slot) => this.#row(slot)));
    if (focused && this.element.hidden === false) this.#items.querySelector(`[data-picture="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #row({ count, picture }) {
    const image = element("img", { alt: "", loading: "lazy", decoding: "async", width: 56, height: 56 });
    image.src = picture.thumbnail_url;
    const words = element("span", { className: "map-list-words" }, element("span", { dir: "auto" }, captionOf(picture)));
    if (count > 1) words.append(element("small", {}, say("map.others", { count: count - 1 })));
    const button = element("button", { type: "button" }, image, words);
    button.dataset.picture = picture.id;
    button.addEventListener("click", () => this.#open(picture.id));
    return element("li", {}, button);
  }
}
