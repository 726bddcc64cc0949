// Keep house: jobs, files, duplicates, tags, generations and keys of a collection. A room each; a room is loaded when it is entered.
import { byId, element } from "./element.js";
import { onEntrance, signIn } from "./entrance.js";
import { Failure } from "./failure.js";
import { wordsFor } from "./failure_words.js";
import { button, roleName } from "./house_parts.js";
import { HouseService } from "./house_service.js";
import { icon } from "./icon.js";
import { brought, styled } from "./on_demand.js";
import { makeQuestion } from "./question.js";
import { addWords, say } from "./words.js";

/** name → { title, load }: `load` imports a module with `makeRoom(house)`, which gives { element, enter(), leave() }. */
const ROOMS = {
  add: { title: "house.add", load: () => import("./house_add.js") },
  jobs: { title: "house.jobs", load: () => import("./house_jobs.js") },
  skipped: { title: "house.skipped", load: () => import("./house_skipped.js") },
  duplicates: { title: "house.duplicates", load: () => import("./house_duplicates.js") },
  tags: { title: "house.tags", load: () => import("./house_tags.js") },
  generations: { title: "house.generations", load: () => import("./house_generations.js") },
  keys: { title: "house.keys", load: () => import("./house_keys.js") },
};
class House {
  service = new HouseService();
  collection = null;
  collections = [];
  /** What whoever asks may do, as /v1/caller says; null while it is not known. */
  caller = null;
  #page;
  #links = new Map();
  #rooms = new Map(); // name → promise of the room
  #room = null;
  #name = null;
  #visit = 0; // to rooms so far
  #isKnown = false; // entered before: who asks may have changed since
  #place = element("div", { className: "house-room" });
  #trouble = element("div", { className: "house-trouble", role: "alert", hidden: true });
  #choice = element("select", { ariaLabel: say("page.collection") });
  #who = element("p", { className: "house-who" });

  constructor(page) {
    this.#page = page;
    onEntrance(() => this.lookAround());
    for (const [name, { title }] of Object.entries(ROOMS)) {
      this.#links.set(name, element("a", { href: `#/house/${name}` }, say(title)));
      this.#links.get(name).addEventListener("click", (event) => this.#followed(event, name));
    }
    this.#choice.addEventListener("change", () => this.#chose(this.#choice.value));
    const links = element("ul", {}, ...[...this.#links.values()].map((link) => element("li", {}, link)));
    this.element = element("div", { className: "house", role: "main" },
      element("div", { className: "house-side" },
        element("nav", { ariaLabel: say("house.rooms") }, links),
        element("label", { className: "collection", hidden: true }, this.#choice), this.#who),
      element("div", { className: "house-main" }, this.#trouble, this.#place));
  }

  enter(path) {
    this.collection ??= this.#page.question.collection ?? this.#page.collections.plain;
    this.#choice.value = this.collection;
    const name = Object.hasOwn(ROOMS, path) ? path : "add";
    const isFirst = this.#name === null;
    if (isFirst && this.#isKnown) this.lookAround();
    this.#isKnown = true;
    if (name !== this.#name || !this.#room) this.#go(name, isFirst);
  }

  leave() {
    this.#room?.leave();
    this.#room = null;
    this.#name = null;
    this.#visit += 1;
    this.collection = null;
  }

  /** Into another room, as a new step of the history. */
  open(name) {
    this.#page.views.open("house", name);
  }

  /** Say something to who listens. */
  tell(text) {
    byId("live").textContent = text;
  }

  /** To the pictures that a question finds. */
  find(question) {
    this.#page.go(question);
  }

  /** To the pictures of the collection. */
  home() {
    this.find(makeQuestion({ collection: this.collection }));
  }

  /** A picture of the collection in the full view. */
  openPicture(id) {
    this.#page.openPicture(id, this.collection);
  }

  /** The collection has changed: the page asks anew which collections there are, and what they hold. */
  changed() {
    this.#page.collections.refresh().catch(() => {});
  }

  /** What `action` brings; undefined after a failure, which is shown, with a button for `again`; nobody misses what could be had
   *  again in a room that was left. Asks for another key where that of the visitor opens too little. */
  async attempt(action, again = null) {
    const visit = this.#visit;
    try {
      const result = await this.#unlocked(action);
      if (visit === this.#visit) this.#trouble.hidden = true;
      return result;
    } catch (failure) {
      if (!(failure instanceof Failure)) {
        if (failure.name !== "AbortError") throw failure;
      } else if (!again || visit === this.#visit) this.trouble(failure, again);
      return undefined;
    }
  }

  async #unlocked(action) {
    for (;;) {
      try {
        return await action();
      } catch (failure) {
        if (failure.code !== "role_too_low" || !(await signIn(failure.needed))) throw failure;
      }
    }
  }

  /** Ask for a key if `needed` (of /v1/caller), for which one of a `role` would do, is not open. Whether it is then. Raises Failure. */
  async opens(needed, role) {
    for (let isFirst = true; isFirst || (await signIn(role)); isFirst = false) {
      await this.lookAround({ strictly: true });
      if (this.caller?.[needed]) return true;
      if (this.caller?.role === "admin") throw new Failure({ status: 403, code: "writing_off", detail: say("house.who_off") });
      if (!this.caller) return false; // asked for a key already, and given none
    }
    return false;
  }

  trouble(failure, again = null) {
    const known = wordsFor(failure, { collection: this.collection });
    const { title, reason, text, command } = known.title === say("failure.refused") ? { ...known, title: say("house.refused") } : known;
    const dismiss = button(icon("close", 18), () => { this.#trouble.hidden = true; }, "round");
    dismiss.ariaLabel = say("page.close");
    this.#trouble.replaceChildren(
      element("div", {}, element("strong", {}, title), ...[reason, text].filter(Boolean).map((line) => element("p", {}, line)),
        command ? element("code", {}, command) : ""),
      again ? button(say("house.again"), () => this.attempt(again, again)) : "", dismiss);
    this.#trouble.hidden = false;
  }

  #followed(event, name) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.open(name);
  }

  #chose(name) {
    this.collection = name;
    const room = this.#name;
    this.#room?.leave();
    this.#room = null;
    this.#go(room, true);
  }

  async #go(name, keepsFocus) {
    this.#room?.leave();
    this.#room = null;
    this.#name = name;
    this.#visit += 1;
    this.#trouble.hidden = true;
    for (const [one, link] of this.#links) {
      if (one === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.#links.get(name).scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    if (!this.#rooms.has(name)) this.#rooms.set(name, ROOMS[name].load().then(({ makeRoom }) => makeRoom(this)));
    const room = await this.#rooms.get(name).catch(() => null);
    if (this.#name !== name || this.#room) return;
    if (!room) {
      this.#rooms.delete(name);
      this.trouble(new Failure({}), () => this.#go(name, true));
      return;
    }
    this.#room = room;
    this.#place.replaceChildren(room.element);
    if (!keepsFocus) room.element.querySelector("h2").focus({ preventScroll: true });
    room.enter();
  }

  /** Who asks, and which collections there are. `strictly`: raises Failure where the service does not say. */
  async lookAround({ strictly = false } = {}) {
    this.caller = await this.service.ask("v1/caller").catch((failure) => {
      if (strictly && failure.code !== "key_needed") throw failure;
      return null;
    });
    this.#showWho();
    const answer = await this.service.ask("v1/collections").catch(() => null);
    if (!answer) return;
    this.collections = answer.collections;
    const names = this.collections.map(({ name }) => name);
    this.#choice.replaceChildren(...names.map((name) => element("option", { value: name, selected: name === this.collection }, name)));
    this.#choice.parentElement.hidden = names.length < 2;
  }

  #showWho() {
    const { caller } = this;
    const leave = async () => (await brought(() => import("./account.js"), { words: ["session"] }))?.signOut();
    const parts = [];
    if (caller?.key) parts.push(say("house.who_key", { name: caller.key.name || caller.key.id, role: roleName(caller.role) }));
    else if (caller?.role === "admin" && !caller.writes) parts.push(say("house.who_off"));
    else if (!caller?.administers) parts.push(caller?.writes ? say("house.who_writes") : say("house.who_looks"));
    if (caller?.key) parts.push(button(say("house.sign_out"), leave, "quiet"));
    else if (caller?.role !== "admin") parts.push(button(say("house.sign_in"), () => signIn(), "quiet"));
    this.#who.replaceChildren(...parts);
  }
}

export async function makeView(page) {
  await Promise.all([addWords("house"), addWords("failure"), styled("house"), styled("dialogs")]);
  const house = new House(page);
  await house.lookAround(); // what is shown depends on it
  return house;
}
