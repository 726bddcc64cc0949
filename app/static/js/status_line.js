// The quiet line at the foot: how many pictures, which generation and model, how long the last answer took,
// and what is wrong with a newer generation, if something is.
import { byId, element } from "./element.js";
import { number, say } from "./words.js";

const STAGES = { decode: "status.decode", encode: "status.encode", search: "status.search", metadata: "status.metadata" };

function readableTime(ms) {
  const digits = ms < 10 ? 1 : 0;
  return `${number(ms, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ms`;
}

function stages(took_ms) {
  return Object.keys(STAGES).filter((stage) => took_ms[stage] > 0).map((stage) => say(STAGES[stage], { time: readableTime(took_ms[stage]) })).join(", ");
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
      facts.push(element("span", {}, say("status.pictures", { count: collection.items ?? 0 })));
      if (collection.generation) facts.push(element("span", { className: "wide" }, say("status.generation", { generation: `${collection.generation}` })));
      const model = collection.model?.model_name;
      if (model) facts.push(element("span", { className: "wide" }, say("status.model", { model })));
    }
    if (took_ms) facts.push(element("span", { title: stages(took_ms) }, say("status.time", { time: readableTime(took_ms.total) })));
    if (collection?.problem) facts.push(element("span", { className: "status-problem", title: collection.problem }, collection.problem));
    this.#facts.replaceChildren(...facts);
    const skipped = collection?.skipped ?? 0;
    this.#skipped.hidden = skipped === 0;
    this.#skipped.textContent = say("status.skipped", { count: skipped });
  }
}
