// The row under the pictures: asks for more as it comes near, by a button too, and says where the end is.
import { byId, element } from "./element.js";

const NEAR = "900px";

export class MoreRow {
  #place = byId("more");
  #onMore;
  #watcher;

  constructor(onMore) {
    this.#onMore = onMore;
    this.#watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#onMore();
    }, { rootMargin: `0px 0px ${NEAR}` });
  }

  get hasFocus() {
    return this.#place.contains(document.activeElement);
  }

  hide() {
    this.#watcher.disconnect();
    this.#place.hidden = true;
  }

  /** More can be had: watch for the visitor to come near. */
  offer() {
    this.#fill(this.#button("Show more"));
    this.#watcher.disconnect(); // observing anew reports at once when the row is already near
    this.#watcher.observe(this.#place);
  }

  /** More did not come; only the visitor's own wish tries again. */
  failed(words) {
    this.#watcher.disconnect();
    this.#fill(element("p", {}, `More pictures did not come: ${words.title.toLowerCase()}.`), this.#button("Try again"));
  }

  end(text) {
    this.#watcher.disconnect();
    this.#fill(element("p", {}, text));
  }

  #button(label) {
    const made = element("button", { type: "button", className: "button" }, label);
    made.addEventListener("click", () => this.#onMore());
    return made;
  }

  #fill(...children) {
    this.#place.replaceChildren(...children);
    this.#place.hidden = true;
    this.#place.getBoundingClientRect(); // drawn afresh under the new pictures, not moved there
    this.#place.hidden = false;
  }
}
