// New pictures for the collection: dropped or chosen, files or folders, with progress and what failed. Goes on while other rooms are looked at.
import { element } from "./element.js";
import { wordsFor } from "./failure_words.js";
import { chosen, dropped } from "./house_drop.js";
import { button, heading, shown } from "./house_parts.js";
import { Uploader } from "./house_uploader.js";
import { icon } from "./icon.js";
import { number, say } from "./words.js";

const MOST_SHOWN = 200; // failures in the list; the number tells the rest

class Add {
  #house;
  #uploader;
  #zone;
  #progress = element("progress", { max: 1, value: 0, ariaLabel: say("house.add_progress") });
  #title = element("h3", { tabIndex: -1 });
  #text = element("p");
  #out = element("p", { className: "house-facts", hidden: true });
  #card;
  #stop;
  #go;
  #retry;
  #look;
  #jobs;
  #failures = element("ul", { className: "house-rows" });
  #drawn = 0;
  #told = "";

  constructor(house) {
    this.#house = house;
    this.#uploader = new Uploader(house.service, () => this.#changed());
    this.#zone = this.#makeZone();
    const small = "button button-small";
    this.#stop = button(say("house.add_stop"), () => this.#uploader.stop(), small);
    this.#go = button(say("house.add_go"), () => this.#goOn(), small);
    this.#retry = button(say("house.add_retry"), () => this.#uploader.retry(), small);
    this.#jobs = button(say("house.add_jobs"), () => house.open("jobs"), small);
    this.#look = button(say("house.add_look"), () => house.home(), "button button-main button-small");
    this.#card = element("div", { className: "house-card", hidden: true }, this.#title, this.#progress, this.#text, this.#out,
      element("div", { className: "house-actions" }, this.#look, this.#stop, this.#go, this.#retry, this.#jobs), this.#failures);
    this.element = element("section", {}, heading(say("house.add"), say("house.add_lead")), this.#zone, this.#card);
    window.addEventListener("beforeunload", (event) => {
      if (this.#uploader.isBusy) event.preventDefault();
    });
  }

  enter() {}

  leave() {}

  #makeZone() {
    const files = element("input", { type: "file", multiple: true, accept: "image/*,.heic,.heif,.avif,.jxl", hidden: true });
    const folder = element("input", { type: "file", multiple: true, hidden: true, webkitdirectory: true });
    for (const input of [files, folder]) {
      input.addEventListener("change", () => {
        const found = chosen(input.files);
        input.value = "";
        this.#take(found);
      });
    }
    const zone = element("div", { className: "house-drop" }, icon("add", 44),
      element("p", {}, say("house.add_drop")),
      element("div", { className: "house-actions" },
        button(say("house.add_folder"), () => folder.click(), "button button-main"), button(say("house.add_files"), () => files.click())),
      files, folder);
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => this.#hovered(event, true));
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(event.relatedTarget)) this.#hovered(event, false);
    });
    zone.addEventListener("drop", async (event) => {
      this.#hovered(event, false);
      this.#take(await dropped(event.dataTransfer));
    });
    return zone;
  }

  /** What is dropped here is no question: the page does not hear of it. */
  #hovered(event, isOver) {
    event.preventDefault();
    event.stopPropagation();
    this.#zone.classList.toggle("is-over", isOver);
  }

  async #take({ pictures, others }) {
    this.#out.textContent = others ? say("house.add_others", { count: others }) : "";
    this.#out.hidden = others === 0;
    if (pictures.length === 0) {
      this.#house.tell(say("house.add_none"));
      this.#card.hidden = false;
      this.#title.textContent = say("house.add_none");
      return;
    }
    if (!(await this.#house.attempt(() => this.#house.opens("writes", "write")))) return;
    const { collection, collections } = this.#house;
    this.#uploader.add(pictures, collection, !collections.some(({ name }) => name === collection));
    this.#title.focus();
  }

  async #goOn() {
    const { failure } = this.#uploader;
    if (failure?.status === 401 || failure?.status === 403) {
      if (!(await this.#house.attempt(() => this.#house.opens("writes", "write")))) return;
    }
    this.#uploader.go();
  }

  /** Drawn at most once a frame. */
  #changed() {
    if (this.#drawn) return;
    this.#drawn = requestAnimationFrame(() => {
      this.#drawn = 0;
      this.#draw();
    });
    if (document.hidden) this.#tellEnd();
  }

  #draw() {
    const { total, put, left, state, failed, counts } = this.#uploader;
    this.#card.hidden = false;
    this.#title.textContent = this.#headline();
    this.#progress.hidden = state === "visible";
    this.#progress.value = total ? (total - left) / total : 0;
    const said = [];
    if (state !== "visible") said.push(say("house.add_of", { put: number(put), count: total }));
    if (counts.unchanged) said.push(say("house.add_unchanged", { count: counts.unchanged }));
    if (failed.length) said.push(say("house.add_failed", { count: failed.length }));
    this.#text.textContent = said.join(" · ");
    const halted = state === "halted";
    shown([this.#look], state === "visible" && put > 0, this.#title);
    shown([this.#stop], state === "putting", this.#title);
    shown([this.#go], halted && left > 0, this.#title);
    shown([this.#retry], failed.length > 0 && state !== "putting", this.#title);
    shown([this.#jobs], state === "publishing" || (halted && left === 0), this.#title);
    this.#drawFailures(failed);
    this.#tellEnd();
  }

  #headline() {
    const { state, failure, waitsUntil_ms, generation, put } = this.#uploader;
    if (state === "putting" && waitsUntil_ms > Date.now()) return say("house.add_busy", { count: Math.ceil((waitsUntil_ms - Date.now()) / 1000) });
    if (state === "putting") return say("house.add_putting");
    if (state === "publishing") return say("house.add_publishing");
    if (state === "visible" && put === 0) return say("house.add_nothing_put");
    if (state === "visible") return generation ? say("house.add_visible", { count: put, generation: `${generation}` }) : say("house.add_all_there", { count: put });
    if (failure?.code === "job_ended") return say("house.add_job_ended", { reason: failure.detail || failure.title });
    return failure ? say("house.add_halted", { reason: failure.detail || wordsFor(failure).title }) : say("house.add_stopped");
  }

  #drawFailures(failed) {
    const listed = failed.slice(0, MOST_SHOWN);
    if (this.#failures.childElementCount > listed.length) this.#failures.replaceChildren();
    for (const { picture, reason } of listed.slice(this.#failures.childElementCount)) {
      this.#failures.append(element("li", {},
        element("span", { className: "house-file", dir: "auto" }, picture.path), element("span", { className: "house-reason", dir: "auto" }, reason)));
    }
  }

  /** Who listens hears each turn, not each picture. */
  #tellEnd() {
    const { state, failed } = this.#uploader;
    const turn = `${state} ${state === "putting" ? "" : failed.length}`;
    if (turn === this.#told) return;
    this.#told = turn;
    this.#house.tell([this.#headline(), failed.length && state !== "putting" ? say("house.add_failed", { count: failed.length }) : ""].join(" ").trim());
    if (state === "visible") this.#house.changed();
  }
}

export function makeRoom(house) {
  return new Add(house);
}
