// The search box: words, the chip of a picture, the balance between the two. Reports what the visitor asks for.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { thumbnailUrl } from "./service.js";
import { isCombined, makeQuestion } from "./question.js";

function chipPicture(question) {
  const source = question.picture ? question.picture.preview : thumbnailUrl(question.similar, question.collection);
  return source ? element("img", { src: source, alt: "", width: 32, height: 32 }) : icon("picture", 22);
}

export class SearchBox {
  #words = byId("words");
  #chip = byId("chip");
  #clear = byId("clear");
  #range = byId("balance-range");
  #listener;

  /** `listener` has typed(words), entered(words), cleared(), pictureRemoved(), balanced(share) and descend(). */
  constructor(listener) {
    this.#listener = listener;
    byId("search-icon").append(icon("search"));
    this.#clear.append(icon("close"));
    byId("search").addEventListener("submit", (event) => {
      event.preventDefault();
      listener.entered(this.#words.value);
    });
    this.#words.addEventListener("input", (event) => this.#changed(event));
    this.#words.addEventListener("compositionend", () => listener.typed(this.#words.value));
    this.#words.addEventListener("keydown", (event) => this.#pressed(event));
    this.#clear.addEventListener("click", () => {
      listener.cleared();
      this.focus();
    });
    this.#range.addEventListener("input", () => listener.balanced(Number(this.#range.value)));
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
    this.#showClear();
    this.#showChip(question);
    this.#showBalance(question);
    const withPicture = question.picture || question.similar;
    this.#words.placeholder = withPicture ? "Add words to refine" : "Describe a picture";
  }

  #showClear() {
    this.#clear.hidden = this.#words.value === "";
  }

  #showChip(question) {
    const shown = question.picture?.key ?? question.similar ?? "";
    if (this.#chip.dataset.shown === shown) return;
    this.#chip.dataset.shown = shown;
    this.#chip.hidden = !shown;
    this.#chip.replaceChildren();
    if (!shown) return;
    const name = question.picture ? "Your picture" : "Like this";
    const remove = element("button", { className: "round", type: "button", ariaLabel: "Remove the picture from the search" }, icon("close", 18));
    remove.addEventListener("click", () => {
      this.#listener.pictureRemoved();
      this.focus();
    });
    this.#chip.append(chipPicture(question), element("span", { className: "chip-name" }, name), remove);
  }

  #showBalance(question) {
    byId("balance").hidden = !isCombined(question);
    this.#range.value = question.balance;
    const share = Math.round(question.balance * 100);
    this.#range.setAttribute("aria-valuetext", `picture ${100 - share} percent, words ${share} percent`);
  }

  #changed(event) {
    this.#showClear();
    if (!event.isComposing) this.#listener.typed(this.#words.value);
  }

  #pressed(event) {
    const atStart = this.#words.selectionStart === 0 && this.#words.selectionEnd === 0;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.#listener.descend();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (this.#words.value) this.#listener.cleared();
      else this.#listener.pictureRemoved();
    } else if (event.key === "Backspace" && atStart && !this.#chip.hidden) {
      this.#listener.pictureRemoved();
    }
  }
}
