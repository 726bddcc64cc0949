// One job in the list of the house: what it is for, how far it is, and what can be done with it. Changed in place, so that the focus stays.
import { element } from "./element.js";
import { badge, button, lasting, shown, when } from "./house_parts.js";
import { number, say } from "./words.js";

const STATES = {
  queued: ["house.state_queued", ""], running: ["house.state_running", "busy"], paused: ["house.state_paused", ""],
  done: ["house.state_done", "good"], failed: ["house.state_failed", "bad"], cancelled: ["house.state_cancelled", ""],
};
const STAGES = { looking: "house.stage_looking", reading: "house.stage_reading", publishing: "house.stage_publishing" };
const CHANGES = { new: "house.result_new", changed: "house.result_changed", removed: "house.result_removed", re_embedded: "house.result_re_embedded" };

export function stateName(state) {
  return say(STATES[state][0]);
}

export function isOpen({ state }) {
  return ["queued", "running", "paused"].includes(state);
}

/** What a job is for, in words. */
export function purpose({ parameters }) {
  const { uploads, model, sources, remove, retry_skipped, rebuild } = parameters;
  if (uploads) return say("house.job_uploads");
  const said = [];
  if (model) said.push(say("house.job_model", { model }));
  if (sources.length) said.push(say("house.job_sources", { sources: sources.join(", ") }));
  if (remove.length) said.push(say("house.job_remove", { sources: remove.join(", ") }));
  if (retry_skipped) said.push(say("house.job_retry"));
  if (rebuild) said.push(say("house.job_rebuild"));
  return said.join(" · ") || say("house.job_all");
}

/** What came of a job, in words. */
function outcome({ result, error, message }) {
  if (error) return error;
  if (!result) return message ?? "";
  const changes = Object.keys(CHANGES).filter((name) => result[name] > 0).map((name) => say(CHANGES[name], { count: result[name] }));
  if (result.skipped > 0) changes.push(say("house.progress_skipped", { count: result.skipped }));
  const first = result.published ? say("house.result_published", { generation: `${result.generation}` }) : say("house.result_same");
  return [first, ...changes].join(" · ");
}

function progress({ stage, done, total, rate, eta_s, skipped }) {
  const said = [say(STAGES[stage] ?? "house.stage_looking")];
  if (total !== null && stage === "reading") said.push(say("house.progress_files", { done: number(done), count: total }));
  if (rate) said.push(say("house.progress_rate", { rate: number(rate, { maximumFractionDigits: rate < 10 ? 1 : 0 }) }));
  if (eta_s) said.push(say("house.progress_left", { time: lasting(eta_s) }));
  if (skipped) said.push(say("house.progress_skipped", { count: skipped }));
  return said.join(" · ");
}

export class JobRow {
  #job = null;
  #title = element("h3", { tabIndex: -1 });
  #state = element("span");
  #facts = element("p", { className: "house-facts" });
  #bar = element("progress", { max: 1 });
  #text = element("p", { className: "house-outcome", dir: "auto" });
  #pause;
  #cancel;
  #retry;

  /** `act(job, action)` asks the service for pause, resume, cancel or retry-skipped. */
  constructor(act) {
    this.#pause = button("", () => act(this.#job, this.#job.state === "paused" || this.#job.wanted === "pause" ? "resume" : "pause"), "button button-small");
    this.#cancel = button(say("house.cancel_job"), () => act(this.#job, "cancel"), "button button-small");
    this.#retry = button(say("house.retry"), () => act(this.#job, "retry-skipped"), "button button-small");
    this.element = element("li", { className: "house-card" },
      element("div", { className: "house-card-top" }, this.#title, this.#state),
      this.#facts, this.#bar, this.#text, element("div", { className: "house-actions" }, this.#pause, this.#cancel, this.#retry));
  }

  get job() {
    return this.#job;
  }

  /** Show a job as it stands, or what an event of it says. */
  update(more) {
    const job = { ...this.#job, ...more };
    this.#job = job;
    const open = isOpen(job);
    this.#title.textContent = purpose(job);
    const [word, tone] = STATES[job.state];
    const asked = job.state === "running" && { pause: "house.will_pause", cancel: "house.will_cancel" }[job.wanted];
    this.#state.replaceChildren(badge(say(asked || word), tone));
    const at = job.finished_at ?? job.started_at ?? job.created_at;
    this.#facts.textContent = [say("house.job_number", { id: `${job.id}` }), job.collection, when(at)].join(" · ");
    this.#text.textContent = job.state === "running" ? progress(job) : outcome(job);
    this.#text.classList.toggle("house-wrong", Boolean(job.error));
    this.#showBar(job);
    this.#name();
    const pausable = job.state === "running" ? job.wanted !== "cancel" : open;
    shown([this.#pause], pausable, this.#title);
    shown([this.#cancel], open && job.wanted !== "cancel", this.#title);
    shown([this.#retry], !open && !job.parameters.uploads && (job.skipped > 0 || job.state !== "done"), this.#title);
  }

  #showBar({ id, state, done, total }) {
    this.#bar.hidden = state !== "running" && !(state === "paused" && total);
    this.#bar.ariaLabel = say("house.progress_of", { id: `${id}` });
    if (total) this.#bar.value = done / total;
    else this.#bar.removeAttribute("value");
  }

  /** Buttons name their job for those who hear them one by one. */
  #name() {
    const { id, state, wanted } = this.#job;
    this.#pause.textContent = say(state === "paused" || wanted === "pause" ? "house.resume" : "house.pause");
    for (const one of [this.#pause, this.#cancel, this.#retry]) one.ariaLabel = say("house.of_job", { action: one.textContent, id: `${id}` });
  }
}
