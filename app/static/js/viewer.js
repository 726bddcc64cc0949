// The full view: one picture on a stage, its facts beside it. Knows the hits around it; the page keeps the history.
import { byId, element } from "./element.js";
import { feedbackButtons } from "./feedback.js";
import { icon } from "./icon.js";
import { captionOf } from "./card.js";
import { copyText } from "./clipboard.js";
import { factRows, fileName, readablePlace } from "./facts.js";
import { Guess } from "./guess.js";
import { HeatMap } from "./heat_map.js";
import { Near } from "./near.js";
import { toast } from "./toast.js";
import { Twins } from "./twins.js";
import { whyRows } from "./why.js";
import { say } from "./words.js";

const SWIPE_PX = 50;
const LARGEST_ZOOM = 2; // small pictures are not blown up beyond this

function button(name, symbol, className, label = null) {
  const made = element("button", { type: "button", className });
  made.append(icon(symbol, label ? 20 : 24));
  if (label) made.append(label);
  else made.setAttribute("aria-label", name);
  return made;
}

export class Viewer {
  #dialog = byId("viewer");
  #actions;
  #service;
  #hit = null;
  #request = null;
  #parts = {};
  #heat;
  #twins;
  #near;
  #guess;

  /** `actions` has step(by), closed(), similar(id), openTwin(id) and linkTo(id). */
  constructor(service, actions) {
    this.#service = service;
    this.#actions = actions;
    this.#heat = new HeatMap(service);
    this.#twins = new Twins({ open: actions.openTwin, link: actions.linkTo });
    this.#near = new Near(service, { open: actions.openTwin, link: actions.linkTo });
    this.#guess = new Guess(service);
    this.#build();
    this.#listen();
  }

  get openId() {
    return this.#dialog.open ? this.#hit.id : null;
  }

  /** Show a hit. `place` is { index, count, more, question, group, scale }: `group` is the hit of the grid that
   *  stands for it; index -1 stands for a picture outside the grid, `scale` for a full bar of "why". */
  show(hit, place) {
    if (this.openId === hit.id) return this.#showPlace(place);
    this.#hit = hit;
    this.#dialog.dataset.id = hit.id;
    this.#showPlace(place);
    this.#showPicture(hit);
    this.#showWords(hit);
    this.#showReasons(hit, place);
    this.#loadInformation(hit, place.question.collection);
    this.#near.show(hit.id, place.question.collection);
    this.#guess.show(hit.id, place.question.collection);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#parts.side.scrollTop = 0;
  }

  /** Close without a word to the page. */
  hide() {
    this.#request?.abort();
    this.#near.stop();
    this.#guess.stop();
    if (this.#dialog.open) this.#dialog.close();
  }

  #build() {
    const parts = this.#parts;
    parts.back = button(say("viewer.back"), "back", "round stage-back");
    parts.next = button(say("viewer.next"), "next", "round stage-next");
    parts.small = element("img", { className: "stage-small", alt: "" });
    parts.full = element("img", { className: "stage-full", alt: "" });
    parts.note = element("p", { className: "stage-note", hidden: true });
    parts.frame = element("div", { className: "stage-picture" }, parts.small, parts.full, this.#heat.layer);
    parts.stage = element("div", { className: "stage" }, parts.frame, parts.note, parts.back, parts.next, this.#heat.button);
    parts.place = element("p", { role: "status" });
    parts.close = button(say("page.close"), "close", "round viewer-close");
    parts.title = element("h2", { id: "viewer-title", dir: "auto" });
    parts.captions = element("ul", { className: "captions" });
    parts.similar = button("", "similar", "button button-main", say("card.similar"));
    parts.download = element("a", { className: "button" }, icon("download", 20), say("viewer.download"));
    parts.copy = button("", "link", "button", say("viewer.copy"));
    parts.why = element("section", { className: "why", hidden: true });
    parts.facts = element("dl", { className: "facts" });
    const top = element("div", { className: "side-top" }, parts.place, parts.close);
    const doing = element("div", { className: "side-actions" }, parts.similar, parts.download, parts.copy);
    doing.append(...feedbackButtons({ className: "button", label: true }));
    parts.side = element("div", { className: "side" }, top, parts.title, doing, parts.why, this.#twins.place, parts.captions,
      this.#near.place, this.#guess.place, parts.facts);
    this.#dialog.append(parts.stage, parts.side);
  }

  #listen() {
    const { back, next, close, similar, copy, full, stage } = this.#parts;
    back.addEventListener("click", () => this.#actions.step(-1));
    next.addEventListener("click", () => this.#actions.step(1));
    close.addEventListener("click", () => this.#actions.closed());
    similar.addEventListener("click", () => this.#actions.similar(this.#hit.id));
    copy.addEventListener("click", async () => {
      const done = await copyText(this.#actions.linkTo(this.#hit.id));
      toast(say(done ? "viewer.copied" : "page.no_copying"));
    });
    full.addEventListener("load", () => full.classList.add("is-here"));
    full.addEventListener("error", () => this.#cannotShow());
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#actions.closed();
    });
    this.#dialog.addEventListener("keydown", (event) => this.#pressed(event));
    this.#listenToSwipes(stage);
  }

  #pressed(event) {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target.matches("input")) return;
    const meanings = {
      ArrowLeft: () => this.#actions.step(-1),
      ArrowRight: () => this.#actions.step(1),
      s: () => this.#actions.similar(this.#hit.id),
      h: () => this.#heat.toggle(),
    };
    const meaning = meanings[event.key];
    if (!meaning) return;
    event.preventDefault();
    meaning();
  }

  #listenToSwipes(stage) {
    let start = null;
    stage.addEventListener("touchstart", (event) => {
      start = event.touches.length === 1 ? event.touches[0] : null;
    }, { passive: true });
    stage.addEventListener("touchend", (event) => {
      if (!start) return;
      const across = event.changedTouches[0].clientX - start.clientX;
      const down = event.changedTouches[0].clientY - start.clientY;
      start = null;
      if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down)) this.#actions.step(across < 0 ? 1 : -1);
    }, { passive: true });
  }

  #showPlace({ index, count, more }) {
    this.#parts.back.disabled = index <= 0;
    this.#parts.next.disabled = index < 0 || (index >= count - 1 && !more);
    this.#parts.place.textContent = index < 0 ? "" : say(more ? "viewer.place_of_more" : "viewer.place", { place: index + 1, count });
  }

  #showPicture(hit) {
    const { small, full, note } = this.#parts;
    full.classList.remove("is-here");
    note.hidden = true;
    full.alt = captionOf(hit);
    for (const image of [small, full, this.#heat.layer]) {
      image.style.maxWidth = `${hit.width * LARGEST_ZOOM}px`;
      image.style.maxHeight = `${hit.height * LARGEST_ZOOM}px`;
    }
    small.src = hit.thumbnail_url;
    full.src = hit.image_url;
  }

  #cannotShow() {
    this.#parts.note.textContent = say("viewer.preview", { format: this.#hit.format ?? "" });
    this.#parts.note.hidden = false;
  }

  #showWords(hit) {
    const { title, captions, download } = this.#parts;
    title.textContent = captionOf(hit);
    title.classList.toggle("is-empty", !hit.caption);
    const others = (hit.captions ?? []).filter((caption) => caption !== hit.caption);
    captions.hidden = others.length === 0;
    captions.replaceChildren(...others.map((caption) => element("li", { dir: "auto" }, caption)));
    download.href = hit.image_url;
    download.download = `${hit.id}.${(hit.format ?? "jpg").toLowerCase()}`;
  }

  #showReasons(hit, { question, group, scale }) {
    const { why } = this.#parts;
    const rows = whyRows(hit, question, scale);
    why.replaceChildren(...rows);
    why.hidden = rows.length === 0;
    this.#twins.show(group, hit.id, question.collection);
    this.#heat.show(hit, question);
  }

  async #loadInformation(hit, collection) {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#parts.facts.replaceChildren(...factRows(hit, null));
    const information = await this.#service.information(hit.id, collection, request.signal).catch(() => ({}));
    if (request.signal.aborted || this.#hit !== hit) return;
    this.#parts.facts.replaceChildren(...factRows(hit, information));
    if (information.uri) this.#parts.download.download = fileName(readablePlace(information.uri));
  }
}
