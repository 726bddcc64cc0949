// Duplicates of the collection, a group beside the other; what is decided of them is remembered for good.
import { element } from "./element.js";
import { Group } from "./house_group.js";
import { button, checkbox, heading, nothing } from "./house_parts.js";
import { say } from "./words.js";

const AT_ONCE = 10;
const MODES = { near: "house.dup_mode_near", identical: "house.dup_mode_identical" };

class Duplicates {
  #house;
  #mode = "near";
  #asked = 0;
  #seen = 0; // groups that were asked for
  #count = element("p", { className: "house-count" });
  #none = nothing(say("house.dup_none"));
  #list = element("ol", { className: "house-list", ariaLabel: say("house.duplicates") });
  #decided = element("input", { type: "checkbox" });
  #modes = element("div", { className: "house-switch", role: "group", ariaLabel: say("house.dup_mode") });
  #more;
  #groups = [];
  #places = Promise.resolve();

  constructor(house) {
    this.#house = house;
    for (const [name, key] of Object.entries(MODES)) {
      const one = button(say(key), () => this.#choose(name), "");
      one.dataset.mode = name;
      this.#modes.append(one);
    }
    this.#decided.addEventListener("change", () => this.enter());
    this.#more = button(say("house.more"), () => this.#load());
    this.element = element("section", {}, heading(say("house.duplicates"), say("house.dup_lead")),
      element("div", { className: "house-filter" }, this.#modes, checkbox(say("house.dup_decided"), this.#decided)),
      this.#count, this.#none, this.#list, this.#more);
  }

  enter() {
    for (const one of this.#modes.children) one.setAttribute("aria-pressed", String(one.dataset.mode === this.#mode));
    this.#list.replaceChildren();
    this.#groups = [];
    this.#seen = 0;
    this.#count.textContent = say("house.dup_looking");
    this.#none.hidden = this.#more.hidden = true;
    this.#load();
  }

  leave() {
    this.#asked += 1;
  }

  #choose(mode) {
    this.#mode = mode;
    this.enter();
  }

  async #load() {
    const { service, collection } = this.#house;
    this.#asked += 1;
    const asked = this.#asked;
    // Groups that were decided since are listed no more, which moves those behind them up.
    const gone = this.#decided.checked ? 0 : this.#groups.filter(({ isDecided }) => isDecided).length;
    const parameters = { collection, mode: this.#mode, decided: this.#decided.checked, limit: AT_ONCE, offset: Math.max(0, this.#seen - gone) };
    const answer = await this.#house.attempt(() => service.ask("v1/duplicates", { parameters, patience_ms: 120_000 }), () => this.#load());
    if (asked !== this.#asked) return;
    if (!answer) {
      this.#count.textContent = "";
      return;
    }
    const first = this.#seen === 0;
    const added = answer.groups.map((group, at) => this.#add(group, this.#seen + at + 1));
    this.#seen += answer.groups.length;
    this.#show(answer, parameters.offset + AT_ONCE < answer.total);
    if (!first && this.#more.hidden) added[0]?.group.focus();
  }

  #show({ total, fresh, unhashed }, isMore) {
    const said = total ? [say("house.dup_count", { count: total })] : [];
    if (!fresh) said.push(say("house.dup_stale"));
    if (unhashed) said.push(say("house.dup_unhashed", { count: unhashed }));
    this.#count.textContent = said.join(" ");
    this.#none.hidden = total > 0 || this.#seen > 0;
    this.#more.hidden = !isMore;
  }

  #add(group, place) {
    const made = new Group(group, place, {
      decide: (one, ids, decision) => this.#decide(one, ids, decision),
      forget: (one, ids) => this.#forget(one, ids),
      apart: (one, id) => this.#apart(one, id),
      place: (id) => this.#place(id),
      open: ({ id }) => this.#house.openPicture(id),
    });
    const entry = { group: made, isDecided: false };
    this.#groups.push(entry);
    this.#list.append(made.element);
    return entry;
  }

  /** Where a picture comes from; null where that is not to be had. One after the other, as there are many. */
  #place(id) {
    const { service, collection } = this.#house;
    const ask = () => service.ask(`v1/images/${encodeURIComponent(id)}/info`, { parameters: { collection } })
      .then(({ uri, metadata }) => (uri.startsWith("upload:") && typeof metadata.path === "string" ? metadata.path : uri), () => null);
    this.#places = this.#places.then(ask);
    return this.#places;
  }

  #post(images, decision) {
    const body = { images, decision, collection: this.#house.collection };
    return this.#house.service.ask("v1/duplicates/decisions", { method: "POST", body });
  }

  async #decide(group, ids, decision) {
    if (!(await this.#house.attempt(() => this.#post(ids, decision)))) return;
    group.decided(decision);
    const at = this.#groups.findIndex((one) => one.group === group);
    this.#groups[at].isDecided = true;
    this.#house.tell(say(decision === "keep" ? "house.dup_kept" : "house.dup_different_said"));
    this.#groups.slice(at + 1).find(({ isDecided }) => !isDecided)?.group.focus();
  }

  async #forget(group, ids) {
    const { service, collection } = this.#house;
    const parameters = { collection, image: ids };
    if (!(await this.#house.attempt(() => service.ask("v1/duplicates/decisions", { method: "DELETE", parameters })))) return;
    this.#groups.find((one) => one.group === group).isDecided = false;
    group.decided(null);
    this.#house.tell(say("house.dup_forgotten"));
  }

  /** One picture of a larger group is another one than all the others. */
  async #apart(group, id) {
    const others = group.ids.filter((one) => one !== id);
    const done = await this.#house.attempt(async () => {
      for (const other of others) await this.#post([other, id], "not_a_duplicate");
      return true;
    });
    if (!done) return;
    group.without(id);
    this.#house.tell(say("house.dup_apart_said"));
  }
}

export function makeRoom(house) {
  return new Duplicates(house);
}
