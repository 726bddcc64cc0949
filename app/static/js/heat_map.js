// The switch that lays a heat map over the picture: where it resembles the question. Stays on from picture to picture.
import { element } from "./element.js";
import { icon } from "./icon.js";
import { asOneLine } from "./question_line.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

export class HeatMap {
  #service;
  #collection = null;
  #hit = null;
  #line = null;
  #request = null;
  #wanted = false;
  #without = new Set(); // collections whose model cannot say what is where

  constructor(service) {
    this.#service = service;
    this.layer = element("img", { className: "stage-heat", alt: "", hidden: true });
    this.button = element("button", { type: "button", className: "stage-where", hidden: true }, icon("where", 20), say("viewer.heat_show"));
    this.button.title = say("viewer.heat_title");
    this.button.addEventListener("click", () => this.toggle());
    this.layer.addEventListener("load", () => this.layer.classList.add("is-here"));
  }

  /** Another picture is on the stage. */
  show(hit, question) {
    this.#hit = hit;
    this.#collection = question.collection;
    this.#line = asOneLine(question);
    this.#clear();
    this.button.hidden = this.#line === null || this.#without.has(this.#collection);
    if (this.#wanted && !this.button.hidden) this.#load();
    this.#tell();
  }

  toggle() {
    if (this.button.hidden) return;
    this.#wanted = !this.#wanted;
    if (this.#wanted) this.#load();
    else this.#clear();
    this.#tell();
  }

  #tell() {
    this.button.setAttribute("aria-pressed", this.#wanted);
  }

  #clear() {
    this.#request?.abort();
    this.#request = null;
    this.layer.hidden = true;
    this.layer.classList.remove("is-here");
    if (this.layer.src) URL.revokeObjectURL(this.layer.src);
    this.layer.removeAttribute("src");
  }

  async #load() {
    const request = new AbortController();
    this.#request = request;
    try {
      const map = await this.#service.heatMap(this.#hit.id, this.#collection, this.#line, request.signal);
      if (request.signal.aborted) return;
      this.layer.src = URL.createObjectURL(map);
      this.layer.hidden = false;
    } catch (failure) {
      if (!request.signal.aborted) this.#failed(failure);
    }
  }

  #failed(failure) {
    this.#wanted = false;
    this.#tell();
    if (failure.code !== "no_heat_map") {
      toast(failure.detail || say("viewer.heat_failed"));
      return;
    }
    this.#without.add(this.#collection);
    const hadFocus = document.activeElement === this.button;
    this.button.hidden = true;
    if (hadFocus) this.button.closest("dialog")?.querySelector(".viewer-close")?.focus();
    toast(say("viewer.heat_unable"));
  }
}
