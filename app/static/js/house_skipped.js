// The files of the collection that were not indexed, each with its reason; and another try.
import { element } from "./element.js";
import { readablePlace, readableSize } from "./facts.js";
import { badge, button, heading, nothing } from "./house_parts.js";
import { say } from "./words.js";

const AT_ONCE = 100;

class Skipped {
  #house;
  #count = element("p", { className: "house-count" });
  #none = nothing(say("house.skipped_none"));
  #list = element("ul", { className: "house-rows" });
  #more;
  #retry;
  #asked = 0; // visits and looks so far: what an earlier one brings is not shown

  constructor(house) {
    this.#house = house;
    this.#retry = button(say("house.skipped_retry"), () => this.#tryAgain(), "button button-main");
    this.#more = button(say("house.more"), () => this.#load());
    this.element = element("section", {},
      heading(say("house.skipped"), say("house.skipped_lead"), this.#retry), this.#count, this.#none, this.#list, this.#more);
  }

  enter() {
    this.#list.replaceChildren();
    this.#count.textContent = "";
    this.#none.hidden = this.#more.hidden = this.#retry.hidden = true;
    this.#load();
  }

  leave() {
    this.#asked += 1;
  }

  async #load() {
    this.#asked += 1;
    const asked = this.#asked;
    const { service, collection } = this.#house;
    const parameters = { offset: this.#list.childElementCount, limit: AT_ONCE };
    const answer = await this.#house.attempt(() => service.ask(service.of(collection, "/skipped"), { parameters }), () => this.#load());
    if (!answer || asked !== this.#asked) return;
    const rows = answer.skipped.map((file) => this.#row(file));
    this.#list.append(...rows);
    const left = this.#list.childElementCount < answer.total && rows.length > 0;
    if (!left && parameters.offset > 0) rows[0]?.focus(); // the button that was pressed is gone
    this.#count.textContent = answer.total ? say("house.skipped_count", { count: answer.total }) : "";
    this.#none.hidden = answer.total > 0;
    this.#retry.hidden = answer.total === 0;
    this.#more.hidden = !left;
  }

  #row({ uri, code, reason, size_bytes }) {
    return element("li", { tabIndex: -1 },
      element("span", { className: "house-file", dir: "auto" }, readablePlace(uri)),
      element("span", { className: "house-reason", dir: "auto" }, reason || code),
      element("span", { className: "house-facts" }, badge(code.replaceAll("_", " ")), size_bytes === null ? "" : ` ${readableSize(size_bytes)}`));
  }

  async #tryAgain() {
    const body = { collection: this.#house.collection, retry_skipped: true };
    const job = await this.#house.attempt(() => this.#house.service.ask("v1/jobs", { method: "POST", body }));
    if (!job) return;
    this.#house.open("jobs");
    this.#house.tell(say("house.run_queued", { id: `${job.id}` }));
  }
}

export function makeRoom(house) {
  return new Skipped(house);
}
