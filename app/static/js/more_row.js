// The row under the pictures: asks for more as it comes near, by a button too, and says where the end is.
import { byId, element } from "./element.js";
import { say } from "./words.js";

const NEAR = "900px";

export class MoreRow {
  #place = byId("more");
  #onMore;
  #onAgain;
  #timer = 0;
  #watcher = null;

  /** `listener` has more() and askAgain(). */
  constructor({ more, askAgain }) {
    this.#onMore = more;
    this.#onAgain = askAgain;
    if (!("IntersectionObserver" in window)) return; // the button is enough
    this.#watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.#onMore();
    }, { rootMargin: `0px 0px ${NEAR}` });
  }

  get hasFocus() {
    return this.#place.contains(document.activeElement);
  }

  hide() {
    this.#rest();
    this.#place.hidden = true;
  }

  /** More can be had: watch for the visitor to come near. */
  offer() {
    this.#rest(); // observing anew reports at once when the row is already near
    this.#fill(this.#button(say("more.show"), this.#onMore));
    this.#watcher?.observe(this.#place);
  }

  /** More did not come: in words (of failure_words.js), tried again by itself when the service says when. */
  failed(words) {
    const hadFocus = this.hasFocus;
    this.#rest();
    if (words.startsOver) {
      this.#fill(element("p", {}, words.text), this.#button(say("more.again"), this.#onAgain));
    } else {
      const line = element("p", { role: "status" }, say("more.failed", { reason: words.title.toLowerCase() }));
      this.#fill(line, this.#button(say("notice.try"), this.#onMore));
      if (words.retry_s) this.#waitFor(words.retry_s, line);
    }
    if (hadFocus) this.#place.querySelector("button").focus({ preventScroll: true });
  }

  end(text) {
    this.#rest();
    this.#fill(element("p", {}, text));
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#watcher?.disconnect();
  }

  #waitFor(pause_s, line) {
    line.append(" ", say("more.wait", { pause_s }));
    this.#timer = setTimeout(this.#onMore, pause_s * 1000);
  }

  #button(label, act) {
    const made = element("button", { type: "button", className: "button" }, label);
    made.addEventListener("click", () => {
      this.#rest();
      act();
    });
    return made;
  }

  #fill(...children) {
    this.#place.replaceChildren(...children);
    this.#place.hidden = true;
    this.#place.getBoundingClientRect(); // drawn afresh under the new pictures, not moved there
    this.#place.hidden = false;
  }
}
