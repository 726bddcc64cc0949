// The search box: one line of words. Reports what the visitor asks for, and when the words become a term of their own.
import { byId } from "./element.js";
import { icon } from "./icon.js";
import { makeQuestion, showsPictures } from "./question.js";
import { say } from "./words.js";

export class SearchBox {
  #words = byId("words");
  #clear = byId("clear");
  #add = byId("add");
  #listener;

  /** `listener` has typed(), entered(), added(), cleared(), lastRemoved() and descend(). */
  constructor(listener) {
    this.#listener = listener;
    byId("search-icon").append(icon("search"));
    this.#clear.append(icon("close"));
    this.#add.append(icon("add"));
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      listener.entered();
    });
    this.#words.addEventListener("input", (event) => this.#changed(event));
    this.#words.addEventListener("compositionend", () => listener.typed());
    this.#words.addEventListener("keydown", (event) => this.#pressed(event));
    this.#clear.addEventListener("click", () => this.#act("cleared"));
    this.#add.addEventListener("click", () => this.#act("added"));
  }

  focus() {
    this.#words.focus();
    this.#words.select();
  }

  /** The words as they stand in the box, asked or not. */
  get words() {
    return makeQuestion({ words: this.#words.value }).words;
  }

  /** Show a question. Words that say the same already are left as they are being written. */
  show(question) {
    if (this.words !== question.words) this.#words.value = question.words;
    this.#showButtons();
    this.#words.placeholder = say(showsPictures(question) ? "box.refine" : question.terms.length ? "box.add_more" : "box.describe");
  }

  #act(what) {
    this.#listener[what]();
    this.focus();
  }

  #showButtons() {
    this.#clear.hidden = this.#words.value === "";
    this.#add.hidden = this.words === "";
  }

  #changed(event) {
    this.#showButtons();
    if (!event.isComposing) this.#listener.typed();
  }

  #pressed(event) {
    if (event.isComposing) return;
    const isEmpty = this.#words.value === "";
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.#listener.descend();
    } else if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      if (this.words) this.#act("added");
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (isEmpty) this.#listener.lastRemoved();
      else this.#listener.cleared();
    } else if (event.key === "Backspace" && isEmpty && !event.repeat) {
      this.#listener.lastRemoved(); // held down it empties the words, and stops there
    }
  }
}
