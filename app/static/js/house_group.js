// One group of duplicates, its pictures side by side, and what is decided of them. Asks nobody itself.
import { element } from "./element.js";
import { readablePlace, readableSize } from "./facts.js";
import { badge, button, shown } from "./house_parts.js";
import { number, say } from "./words.js";

const REASONS = { best: "house.dup_best", bytes: "house.dup_bytes", pixels: "house.dup_pixels", near: "house.dup_near" };
const MOST = 50; // pictures that one decision may name
const AT_ONCE = 12; // pictures that are shown before a button shows the others

/** The end of a path tells most. */
function shortened(path) {
  const parts = path.split("/");
  return parts.length > 3 ? `…/${parts.slice(-2).join("/")}` : path;
}

export class Group {
  #group;
  #actions;
  #title = element("h3", { tabIndex: -1 });
  #pictures = element("ul", { className: "house-pictures" });
  #said = element("p", { className: "house-decided", role: "status", hidden: true });
  #buttons = element("div", { className: "house-actions" });
  #undo;

  /** `actions`: decide(group, ids, decision), forget(group, ids), apart(group, id), open(picture), place(id): a promise. */
  constructor(group, place, actions) {
    this.#group = group;
    this.#actions = actions;
    const { pictures } = group;
    this.#title.textContent = say("house.dup_group", { number: `${place}`, count: pictures.length });
    pictures.slice(0, AT_ONCE).forEach((picture) => this.#pictures.append(this.#figure(picture)));
    if (pictures.length > AT_ONCE) this.#pictures.append(this.#rest(pictures.slice(AT_ONCE)));
    this.#undo = button(say("house.dup_undo"), () => actions.forget(this, this.ids), "button button-small");
    this.#makeButtons();
    this.element = element("li", { className: "house-card house-group" }, this.#title, this.#pictures,
      element("div", { className: "house-verdict" }, this.#said, this.#undo), this.#buttons);
    this.#undo.hidden = true;
  }

  get ids() {
    return this.#group.pictures.map(({ id }) => id);
  }

  focus() {
    (this.#buttons.querySelector("button") ?? this.#title).focus();
  }

  /** What was decided of the whole group: "keep", "not_a_duplicate", or null for nothing (any more). */
  decided(decision) {
    this.element.classList.toggle("is-decided", decision !== null);
    this.#said.hidden = decision === null;
    this.#said.textContent = decision === "keep" ? say("house.dup_kept") : say("house.dup_different_said");
    shown([this.#buttons], decision === null, this.#title);
    this.#undo.hidden = decision === null;
    if (decision === null) this.focus();
  }

  /** A picture was decided to be none of the group. */
  without(id) {
    this.#group = { ...this.#group, pictures: this.#group.pictures.filter((one) => one.id !== id) };
    const figure = [...this.#pictures.children].find((one) => one.dataset.id === id);
    const hadFocus = figure?.contains(document.activeElement);
    figure?.remove();
    if (hadFocus) this.#title.focus();
  }

  #makeButtons() {
    const { pictures } = this.#group;
    if (pictures.length > MOST) {
      this.#buttons.append(element("p", { className: "house-hint" }, say("house.dup_too_many", { count: MOST })));
      return;
    }
    this.#buttons.append(button(say("house.dup_keep"), () => this.#actions.decide(this, this.ids, "keep"), "button button-main"));
    const equal = pictures.some(({ reason }) => reason === "bytes");
    if (!equal) this.#buttons.append(button(say("house.dup_different"), () => this.#actions.decide(this, this.ids, "not_a_duplicate")));
    else if (pictures.every(({ reason }) => reason === "best" || reason === "bytes")) this.#buttons.append(element("p", { className: "house-hint" }, say("house.dup_equal")));
  }

  #rest(others) {
    const more = button(say("house.dup_more", { count: others.length }), () => {
      const figures = others.map((picture) => this.#figure(picture));
      more.parentElement.replaceWith(...figures);
      figures[0].querySelector("a").focus();
    });
    return element("li", { className: "house-rest" }, more);
  }

  #figure(picture) {
    const { id, caption, width, height, format, size_bytes, reason, distance, score, kept } = picture;
    const image = element("img", { alt: caption ?? say("card.no_caption"), width, height, loading: "lazy", decoding: "async" });
    image.src = picture.thumbnail_url;
    const link = element("a", { href: picture.image_url, title: say("house.dup_open") }, image);
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.#actions.open(picture);
    });
    const alike = reason === "best" || reason === "bytes" || reason === "pixels" ? null
      : say("house.dup_alike", { score: number(score, { maximumFractionDigits: 3 }), bits: distance === null ? "–" : `${distance}` });
    const place = element("p", { className: "house-place", dir: "auto" });
    this.#actions.place(id).then((uri) => {
      place.title = uri ? readablePlace(uri) : id;
      place.textContent = shortened(place.title);
    });
    const figure = element("li", {}, link,
      caption ? element("p", { className: "house-caption", dir: "auto", title: caption }, caption) : "", place,
      element("p", { className: "house-facts" }, `${width} × ${height} · ${format} · ${readableSize(size_bytes)}`),
      element("p", {}, badge(say(REASONS[reason]), reason === "best" ? "good" : ""), kept && reason !== "best" ? badge(say("house.dup_kept_mark")) : ""),
      alike ? element("p", { className: "house-facts" }, alike) : "");
    figure.dataset.id = id;
    const { pictures } = this.#group;
    if (reason !== "best" && reason !== "bytes" && pictures.length > 2 && pictures.length <= MOST) {
      const apart = button(say("house.dup_apart"), () => this.#actions.apart(this, id), "button button-small");
      apart.ariaLabel = say("house.dup_apart_name", { name: caption ?? id });
      figure.append(apart);
    }
    return figure;
  }
}
