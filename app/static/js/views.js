// The views of the page besides the search: each is loaded when it is first opened. The address names the open one, #/map.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

/** name → { title, symbol, load }: `title` is the key of its words; `load` imports a module with `async makeView(page)`, which
 *  gives { element, enter(path), leave(), answered?(question, hits), failed?(failure) }. `path` is what follows the name in the address
 *  (#/house/jobs: "jobs"). A view with answered() stays while the visitor searches, and hears of each answer; others make room. */
const VIEWS = {
  map: { title: "view.map", symbol: "map", load: () => import("./map_view.js") },
  house: { title: "view.house", symbol: "house", load: () => import("./house_view.js") },
};

/** { name, path } of an address's fragment; null where it names no view. */
function readView(hash) {
  const [, name, path] = /^#\/([a-z]+)\/?(.*)$/.exec(hash) ?? [];
  return Object.hasOwn(VIEWS, name ?? "") ? { name, path } : null;
}

export class Views {
  #page;
  #place = byId("view");
  #links = new Map();
  #made = new Map(); // name → promise of the view
  #open = null; // { name, view }
  #wanted = null;

  /** `page` is what views get: question, grid, service, go(question), similar(id), openPicture(id), show(fragment). */
  constructor(page) {
    this.#page = page;
    for (const [name, { title: key, symbol }] of Object.entries(VIEWS)) {
      const title = say(key);
      const link = element("a", { className: "round", href: `#/${name}`, title, ariaLabel: title }, icon(symbol));
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        if (this.#wanted === name) page.show("");
        else this.open(name);
      });
      this.#links.set(name, link);
    }
    byId("views").append(...this.#links.values());
  }

  /** Open a view as a new step of the history. */
  open(name, path = "") {
    this.#page.show(`#/${name}${path ? `/${path}` : ""}`);
  }

  /** Close the open view, as a new step of the history. */
  close() {
    if (this.#wanted) this.#page.show("");
  }

  /** The fragment for the next question: the open view's if it stays while the visitor searches. */
  get fragment() {
    return this.#open?.view.answered ? location.hash : "";
  }

  /** An answer is on show. */
  answered(question, hits) {
    this.#open?.view.answered?.(question, hits);
    this.#title();
  }

  /** A question brought a failure. */
  failed(failure) {
    this.#open?.view.failed?.(failure);
  }

  /** Into the open view, by keyboard. False when there is none. */
  focus() {
    if (this.#open) this.#place.focus();
    return this.#open !== null;
  }

  #title() {
    document.title = this.#open ? `${say(VIEWS[this.#open.name].title)} · Sightline` : this.#page.title;
  }

  /** Show what the address names. */
  async follow(hash) {
    const asked = readView(hash);
    const before = this.#wanted;
    this.#wanted = asked?.name ?? null;
    if (!asked) return this.#leave(before);
    const view = await this.#load(asked.name).catch(() => null);
    if (this.#wanted !== asked.name) return undefined; // another was opened meanwhile
    if (!view) {
      toast(say("view.failed"));
      return this.#page.show("", { replace: true });
    }
    return this.#enter(asked, view);
  }

  #load(name) {
    if (!this.#made.has(name)) {
      const made = VIEWS[name].load().then(({ makeView }) => makeView(this.#page));
      made.catch(() => this.#made.delete(name));
      this.#made.set(name, made);
    }
    return this.#made.get(name);
  }

  #enter({ name, path }, view) {
    const isNew = this.#open?.name !== name;
    if (isNew) {
      this.#open?.view.leave();
      this.#open = { name, view };
      this.#place.replaceChildren(view.element);
      this.#mark(name);
      this.#title();
      window.scrollTo({ top: 0, behavior: "instant" });
    }
    view.enter(path);
    if (isNew) view.answered?.(this.#page.question, this.#page.grid.hits);
    if (isNew && !this.#place.contains(document.activeElement) && document.activeElement !== byId("words")) this.#place.focus({ preventScroll: true });
  }

  /** Back to the pictures; the focus goes to the link of the view that was left. */
  #leave(before) {
    if (!this.#open) return;
    const hadFocus = this.#place.contains(document.activeElement);
    this.#open.view.leave();
    this.#open = null;
    this.#mark(null);
    this.#title();
    this.#place.replaceChildren();
    if (hadFocus) this.#links.get(before)?.focus();
  }

  #mark(name) {
    if (name) document.body.dataset.view = name;
    else delete document.body.dataset.view;
    document.body.classList.toggle("is-apart", Boolean(name) && !this.#open.view.answered);
    this.#place.hidden = !name;
    for (const [one, link] of this.#links) {
      if (one === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }
}
