// The jobs of the house: what is being indexed, with live progress; begin a run, pause, go on, end it.
import { element } from "./element.js";
import { isOpen, JobRow, purpose, stateName } from "./house_job_row.js";
import { button, checkbox, field, heading, nothing } from "./house_parts.js";
import { say } from "./words.js";

const LOOK_MS = 3000; // between two looks at the list
const AT_ONCE = 20;

class Jobs {
  #house;
  #rows = new Map(); // id → JobRow
  #list = element("ul", { className: "house-list", ariaLabel: say("house.jobs") });
  #none = nothing(say("house.jobs_none"));
  #more;
  #form;
  #before = null; // of the next page
  #timer = 0;
  #stop = null;
  #followed = null; // the id of the job whose events come
  #changes = 0; // that the visitor has made: a list that was asked for before one is out of date
  #heard = { count: 0, event: null }; // events so far, and the last: a list that was asked for before it knows less of its job

  constructor(house) {
    this.#house = house;
    this.#more = button(say("house.more"), () => this.#house.attempt(() => this.#page(this.#before)), "button");
    this.#form = this.#makeForm();
    const opener = button(say("house.run_open"), () => this.#toggle(), "button button-main");
    opener.setAttribute("aria-expanded", "false");
    this.opener = opener;
    this.#none.hidden = this.#more.hidden = true;
    this.element = element("section", {}, heading(say("house.jobs"), say("house.jobs_lead"), opener), this.#form, this.#none, this.#list, this.#more);
  }

  enter() {
    this.#stop = new AbortController();
    const look = () => this.#page();
    this.#house.attempt(look, look).finally(() => this.#lookSoon());
  }

  leave() {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.#stop = this.#followed = null;
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  #lookSoon() {
    clearTimeout(this.#timer);
    if (!this.#stop) return;
    this.#timer = setTimeout(async () => {
      if (!document.hidden) await this.#page().catch(() => {}); // the next look says more
      this.#lookSoon();
    }, LOOK_MS);
  }

  /** Show a page of jobs: the newest ones, or those before an id. */
  async #page(before = null) {
    const { signal } = this.#stop;
    const changes = this.#changes;
    const { count } = this.#heard;
    const { jobs, next_before } = await this.#house.service.ask("v1/jobs", { parameters: { limit: AT_ONCE, before }, signal });
    if (signal.aborted) return;
    if (changes !== this.#changes) {
      await this.#page(before);
      return;
    }
    if (before !== null || this.#rows.size === 0) this.#before = next_before;
    const later = this.#heard.count > count ? this.#heard.event : null;
    for (const job of jobs) this.#show(job.id === later?.job_id ? { ...job, ...later } : job);
    this.#more.hidden = this.#before === null;
    this.#none.hidden = this.#rows.size > 0;
    this.#follow();
  }

  #show(job) {
    let row = this.#rows.get(job.id);
    if (!row) {
      row = new JobRow((one, action) => this.#act(one, action));
      this.#rows.set(job.id, row);
      const after = [...this.#rows.keys()].filter((id) => id < job.id);
      this.#list.insertBefore(row.element, after.length ? this.#rows.get(Math.max(...after)).element : null);
    }
    this.#update(row, job);
  }

  #update(row, more) {
    const before = row.job?.state;
    row.update(more);
    if (!before || before === row.job.state) return;
    this.#house.tell(say("house.job_now", { id: `${row.job.id}`, state: stateName(row.job.state) }));
    if (row.job.state === "done") this.#house.changed();
  }

  /** Follow the events of the job that is at work; one stream, as browsers open few connections to a service. */
  async #follow() {
    const running = [...this.#rows.values()].find(({ job }) => job.state === "running");
    if (!running || this.#followed === running.job.id) return;
    const { signal } = this.#stop;
    const { id } = running.job;
    this.#followed = id;
    await this.#house.service.follow(id, (event) => this.#hear(running, event), signal);
    if (this.#followed === id) this.#followed = null;
    if (!signal.aborted && !isOpen(running.job)) this.#page().catch(() => {}); // events do not hold the result
  }

  #hear(row, event) {
    this.#heard = { count: this.#heard.count + 1, event };
    this.#update(row, event);
  }

  async #act(job, action) {
    const answer = await this.#house.attempt(() => this.#house.service.ask(`v1/jobs/${job.id}/${action}`, { method: "POST" }));
    if (!answer || !this.#stop) return;
    this.#changes += 1;
    this.#show(answer);
    if (action === "retry-skipped") this.#house.tell(say("house.run_queued", { id: `${answer.id}` }));
    this.#page().catch(() => {});
  }

  #toggle() {
    this.#form.hidden = !this.#form.hidden;
    this.opener.setAttribute("aria-expanded", String(!this.#form.hidden));
    if (!this.#form.hidden) this.#form.querySelector("textarea").focus();
  }

  #makeForm() {
    const sources = element("textarea", { rows: 3, spellcheck: false, placeholder: "/home/ada/pictures" });
    const boxes = Object.fromEntries(["retry_skipped", "rebuild", "allow_empty"].map((name) => [name, element("input", { type: "checkbox" })]));
    const model = element("input", { type: "text", spellcheck: false, maxLength: 200 });
    const form = element("form", { className: "house-form", hidden: true },
      field(say("house.run_sources"), sources, say("house.run_sources_hint")), checkbox(say("house.run_retry"), boxes.retry_skipped),
      element("details", {}, element("summary", {}, say("house.run_more")),
        field(say("house.run_model"), model, say("house.run_model_hint")),
        checkbox(say("house.run_rebuild"), boxes.rebuild), checkbox(say("house.run_allow_empty"), boxes.allow_empty)),
      element("div", { className: "house-actions" }, element("button", { className: "button button-main" }, say("house.run_start")),
        button(say("house.cancel"), () => { this.#toggle(); this.opener.focus(); })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = { collection: this.#house.collection, sources: sources.value.split("\n").map((line) => line.trim()).filter(Boolean) };
      for (const [name, box] of Object.entries(boxes)) body[name] = box.checked;
      if (model.value.trim()) body.model = model.value.trim();
      this.#start(body, form);
    });
    return form;
  }

  async #start(body, form) {
    const job = await this.#house.attempt(() => this.#house.service.ask("v1/jobs", { method: "POST", body }));
    if (!job || !this.#stop) return;
    this.#changes += 1;
    form.reset();
    this.#toggle();
    this.opener.focus();
    this.#show(job);
    this.#none.hidden = true;
    this.#house.tell(`${say("house.run_queued", { id: `${job.id}` })} ${isOpen(job) ? purpose(job) : ""}`);
  }
}

export function makeRoom(house) {
  return new Jobs(house);
}
