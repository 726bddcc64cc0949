// Pictures that resemble the open one, as a strip to go on from. Its room is kept while they are on their way.
import { captionOf } from "./card.js";
import { element } from "./element.js";
import { makeQuestion } from "./question.js";
import { makeTerm } from "./term.js";
import { say } from "./words.js";

const SHOWN = 8;
const PAUSE_MS = 250; // who walks on quickly asks for nothing

export class Near {
  #service;
  #open;
  #link;
  #request = null;
  #list = element("ul");

  /** `open(id)` is called with the picture that is chosen; `link(id)` gives its address. */
  constructor(service, { open, link }) {
    this.#service = service;
    this.#open = open;
    this.#link = link;
    this.place = element("section", { className: "near" }, element("h3", {}, say("viewer.near")), this.#list);
  }

  /** Another picture is open. */
  async show(id, collection) {
    this.#request?.abort();
    const { signal } = (this.#request = new AbortController());
    const hadFocus = this.#list.contains(document.activeElement);
    this.#list.replaceChildren();
    if (hadFocus) this.place.closest("dialog").querySelector(".viewer-close").focus();
    await new Promise((go) => setTimeout(go, PAUSE_MS));
    if (signal.aborted) return;
    const question = makeQuestion({ terms: [makeTerm({ id })], collection });
    const { hits } = await this.#service.search(question, { k: SHOWN + 1 }, signal).catch(() => ({ hits: [] }));
    if (signal.aborted) return;
    this.#list.replaceChildren(...hits.filter((hit) => hit.id !== id).slice(0, SHOWN).map((hit) => this.#one(hit)));
  }

  stop() {
    this.#request?.abort();
  }

  #one(hit) {
    const image = element("img", { src: hit.thumbnail_url, alt: captionOf(hit), title: captionOf(hit) });
    const link = element("a", { href: this.#link(hit.id) }, image);
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.#open(hit.id);
    });
    return element("li", {}, link);
  }
}
