// Puts pictures into a collection, a few at a time: waits when the service says so, keeps what failed with the reason. Shows nothing.
import { Failure } from "./failure.js";
import { wordsFor } from "./failure_words.js";
import { idOf } from "./house_drop.js";

const AT_ONCE = 3;
const TRIES = 4; // where the service does not answer
const PATIENCE_MS = 120_000;
const LOOK_MS = 1000;
const PAUSE_MS = 2000;
// These end the run: every other picture would meet the same.
const ENDS = new Set(["key_needed", "key_wrong", "role_too_low", "writing_off", "foreign_origin", "disk_full", "unreachable", "collection_not_found"]);

function pause(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

export class Uploader {
  counts = { created: 0, changed: 0, unchanged: 0 };
  failed = []; // { picture, reason }
  total = 0;
  /** "idle", "putting", "publishing", "visible"; "halted" before the end, with `failure` if there was one. */
  state = "idle";
  failure = null;
  waitsUntil_ms = 0; // the service is busy until then
  generation = null; // in which searches see them
  #waiting = [];
  #jobs = new Set();
  #active = 0;
  #collection = null;
  #service;
  #changed;

  /** `changed()` is called whenever something here has changed. */
  constructor(service, changed) {
    this.#service = service;
    this.#changed = changed;
  }

  get put() {
    return this.counts.created + this.counts.changed + this.counts.unchanged;
  }

  get left() {
    return this.total - this.put - this.failed.length;
  }

  get isBusy() {
    return this.state === "putting";
  }

  /** Put pictures ({ path, file }) into a collection; more may be added while it runs. */
  add(pictures, collection, create) {
    if (!this.isBusy && this.state !== "publishing" && this.left === 0) this.#beginAnew();
    this.#waiting.push(...pictures.map((picture) => ({ ...picture, collection, create, tries: 0 })));
    this.total += pictures.length;
    this.go();
  }

  #beginAnew() {
    this.counts = { created: 0, changed: 0, unchanged: 0 };
    this.failed = [];
    this.total = 0;
    this.generation = null;
    this.#jobs.clear();
  }

  retry() {
    this.#waiting.push(...this.failed.map(({ picture }) => ({ ...picture, tries: 0 })));
    this.failed = [];
    this.go();
  }

  stop() {
    this.state = "halted";
    this.#changed();
  }

  go() {
    this.failure = null;
    if (!this.isBusy) this.#turn("putting");
    while (this.#active < AT_ONCE && this.#waiting.length > 0) this.#work();
    if (this.#active === 0) this.#awaitPublished(); // nothing was left to put
  }

  #turn(state) {
    this.state = state;
    this.#changed();
  }

  async #work() {
    this.#active += 1;
    while (this.isBusy && this.#waiting.length > 0) {
      const wait_ms = this.waitsUntil_ms - Date.now();
      if (wait_ms > 0) {
        await pause(Math.min(wait_ms, LOOK_MS));
        this.#changed();
      } else await this.#putOne(this.#waiting.shift());
    }
    this.#active -= 1;
    if (this.#active === 0 && this.#waiting.length === 0) await this.#awaitPublished();
  }

  async #putOne(picture) {
    try {
      const { change, job_id: job } = await this.#put(picture);
      this.counts[change] += 1;
      if (job) this.#jobs.add(job);
    } catch (failure) {
      this.#refused(picture, failure instanceof Failure ? failure : new Failure({ code: "unreadable", detail: String(failure.message) }));
    }
    this.#changed();
  }

  #put({ path, file, collection, create }) {
    const body = new FormData();
    body.append("image", file, file.name);
    body.append("metadata", JSON.stringify({ path }));
    const parameters = { collection, create: create || null };
    return this.#service.ask(`v1/images/${idOf(path)}`, { method: "PUT", parameters, body, patience_ms: PATIENCE_MS });
  }

  #refused(picture, failure) {
    if (failure.status === 429 || failure.code === "not_ready") {
      this.waitsUntil_ms = Date.now() + (failure.retryAfter_s ?? 2) * 1000;
      this.#waiting.unshift(picture);
    } else if (["unreachable", "too_slow"].includes(failure.code) && picture.tries < TRIES - 1) {
      this.waitsUntil_ms = Date.now() + PAUSE_MS * 2 ** picture.tries;
      this.#waiting.unshift({ ...picture, tries: picture.tries + 1 });
    } else if (ENDS.has(failure.code)) {
      this.#waiting.unshift({ ...picture, tries: 0 });
      this.failure = failure;
      this.state = "halted";
    } else {
      this.failed.push({ picture, reason: failure.detail || wordsFor(failure).title });
    }
  }

  /** Look until the jobs have published what was put, and the service serves it. */
  async #awaitPublished() {
    this.#turn("publishing");
    try {
      for (const id of [...this.#jobs]) await this.#ended(id);
      while (this.state === "publishing" && this.generation !== null && (await this.#served()) < this.generation) await pause(LOOK_MS);
      if (this.state === "publishing") this.#turn("visible");
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.failure = failure;
      if (this.state === "publishing") this.#turn("halted");
    }
  }

  async #served() {
    return (await this.#service.ask(this.#service.of(this.#collection))).generation ?? 0;
  }

  async #ended(id) {
    while (this.state === "publishing") {
      const job = await this.#service.ask(`v1/jobs/${id}`);
      this.#collection = job.collection;
      if (job.state === "done") {
        this.generation = Math.max(this.generation ?? 0, job.result?.generation ?? 0);
        this.#jobs.delete(id);
        return;
      }
      if (["failed", "cancelled"].includes(job.state)) {
        this.#jobs.delete(id);
        throw new Failure({ code: "job_ended", detail: job.error ?? "", title: job.state });
      }
      await pause(LOOK_MS);
    }
  }
}
