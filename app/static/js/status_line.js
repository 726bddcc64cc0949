// The quiet line at the foot: how many pictures, which generation and model, how long the last answer took,
// and what is wrong with a newer generation, if something is.
import { byId, element } from "./element.js";

const STAGES = ["decode", "encode", "search", "metadata"];

function readableTime(ms) {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

function stages(took_ms) {
  return STAGES.filter((stage) => took_ms[stage] > 0).map((stage) => `${stage} ${readableTime(took_ms[stage])}`).join(", ");
}

function plural(count, one, many) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export class StatusLine {
  #place = byId("status");
  #facts = element("p", { className: "status-facts" });
  #skipped = element("button", { type: "button", className: "quiet", hidden: true });

  /** `onSkipped()` is called when the visitor asks for the skipped files. */
  constructor(onSkipped) {
    this.#place.prepend(this.#facts, this.#skipped);
    this.#skipped.addEventListener("click", onSkipped);
  }

  /** `collection` as the service describes it, or null; `took_ms` of the last answer, or null. */
  show(collection, took_ms) {
    const facts = [];
    if (collection) {
      facts.push(element("span", {}, plural(collection.items ?? 0, "picture", "pictures")));
      if (collection.generation) facts.push(element("span", { className: "wide" }, `generation ${collection.generation}`));
      const model = collection.model?.model_name;
      if (model) facts.push(element("span", { className: "wide" }, `model ${model}`));
    }
    if (took_ms) facts.push(element("span", { title: stages(took_ms) }, `answered in ${readableTime(took_ms.total)}`));
    if (collection?.problem) facts.push(element("span", { className: "status-problem", title: collection.problem }, collection.problem));
    this.#facts.replaceChildren(...facts);
    const skipped = collection?.skipped ?? 0;
    this.#skipped.hidden = skipped === 0;
    this.#skipped.textContent = `${plural(skipped, "file", "files")} skipped`;
  }
}
