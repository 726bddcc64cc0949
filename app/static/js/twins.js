// The near duplicates of a picture, which the grid folds behind it, as a strip to choose from.
import { element } from "./element.js";
import { thumbnailUrl } from "./service.js";
import { say } from "./words.js";

const SHOWN = 24;

export class Twins {
  #open;
  #link;

  /** `open(id)` is called with the picture that is chosen; `link(id)` gives its address. */
  constructor({ open, link }) {
    this.#open = open;
    this.#link = link;
    this.place = element("section", { className: "twins", hidden: true });
  }

  /** Show the group of a hit of the grid (or nothing), with the picture `openId` marked. */
  show(hit, openId, collection) {
    const ids = hit?.folded?.ids ?? [];
    this.place.hidden = ids.length === 0;
    if (ids.length === 0) return;
    const { count } = hit.folded;
    const hadFocus = this.place.contains(document.activeElement);
    const all = [hit.id, ...ids].slice(0, SHOWN);
    const rest = count + 1 - all.length;
    this.place.replaceChildren(
      element("h3", {}, say("viewer.twins_title", { count })),
      element("ul", {}, ...all.map((id, index) => this.#one(id, index, id === openId, collection))),
      rest > 0 ? element("p", {}, say("viewer.twins_more", { count: rest })) : "",
    );
    if (hadFocus) this.place.querySelector("[aria-current]")?.focus();
  }

  #one(id, index, isOpen, collection) {
    const image = element("img", { src: thumbnailUrl(id, collection), alt: index === 0 ? say("viewer.twins_best") : say("viewer.twins_one", { index }) });
    const link = element("a", { href: this.#link(id) }, image);
    if (isOpen) link.setAttribute("aria-current", "true");
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.#open(id);
    });
    return element("li", {}, link);
  }
}
