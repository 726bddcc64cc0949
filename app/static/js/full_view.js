// The full view as a step of the page: opens and closes with the address, walks through the grid's hits. The viewer is loaded
// when the first picture is opened.
import { brought } from "./on_demand.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const FETCH_AHEAD = 4; // pictures before the end at which more are asked for

export class FullView {
  #address;
  #page;
  #service;
  #viewer = null;
  #scaleOf;
  #anchor = null; // the hit of the grid that is open, or behind which the open picture is folded

  constructor(service, address, page) {
    this.#address = address;
    this.#page = page;
    this.#service = service;
  }

  /** Load the viewer. False if it does not come. */
  async #prepare() {
    if (this.#viewer) return true;
    const modules = await brought(() => Promise.all([import("./viewer.js"), import("./why.js")]), { sheet: "viewer", words: ["viewer"] });
    if (!modules) return false;
    const [{ Viewer }, { scaleOf }] = modules;
    this.#scaleOf = scaleOf;
    this.#viewer ??= new Viewer(this.#service, {
      step: (by) => this.#step(by),
      closed: () => this.#closed(),
      similar: (id) => this.#page.similar(id),
      openTwin: (id) => this.#replace(id),
      linkTo: (id) => new URL(this.#address.linkTo(this.#page.question, id), location.href).href,
    });
    return true;
  }

  get isInAddress() {
    return this.#address.read().open !== null;
  }

  /** Open a picture of the grid as a new step of the history. */
  open(id) {
    this.#address.push({ question: this.#page.question, open: id }, { opened: true });
    this.follow(id);
  }

  /** Show what the address names: this picture, or none. */
  async follow(id) {
    if (!id) {
      const last = this.#viewer?.openId;
      this.hide();
      if (last && !this.#page.grid.focus(this.#anchor?.id ?? last)) this.#page.grid.focus();
      return;
    }
    const isReady = this.#viewer !== null || (await this.#prepare());
    if (this.#address.read().open !== id) return; // closed, or another opened, meanwhile
    if (!isReady) {
      this.#address.replace({ question: this.#page.question });
      return;
    }
    const { hits } = this.#page.grid;
    const hit = hits.find((one) => one.id === id);
    if (hit) this.#show(hit, hit);
    else this.#showFromElsewhere(id, hits.find(({ folded }) => folded?.ids.includes(id)) ?? null);
  }

  hide() {
    this.#viewer?.hide();
  }

  /** The hits around the open picture have become more. */
  refresh() {
    const id = this.#viewer?.openId;
    const hit = id && this.#page.grid.hits.find((one) => one.id === id);
    if (hit) this.#show(hit, hit);
  }

  /** `anchor` is the hit of the grid that stands for the picture; null for one that was not found here. */
  #show(hit, anchor) {
    const { hits } = this.#page.grid;
    const { question, hasMore } = this.#page;
    const index = anchor ? hits.indexOf(anchor) : -1;
    this.#anchor = anchor;
    this.#viewer.show(hit, { index, count: hits.length, more: hasMore, question, group: anchor, scale: this.#scaleOf(hits) });
    if (index < 0) return;
    if (index >= hits.length - FETCH_AHEAD) this.#page.askMoreSoon();
    for (const neighbour of [hits[index + 1], hits[index - 1]]) {
      if (neighbour) new Image().src = neighbour.image_url; // so that the next step shows at once
    }
  }

  async #showFromElsewhere(id, anchor) {
    const { question } = this.#page;
    try {
      const information = await this.#service.information(id, question.collection);
      if (this.#address.read().open === id) this.#show({ captions: [], metadata: {}, ...information, id }, anchor);
    } catch (failure) {
      if (this.#address.read().open !== id) return;
      toast(failure.detail || say("viewer.not_shown"));
      this.#address.replace({ question });
    }
  }

  #step(by) {
    const { hits } = this.#page.grid;
    const index = hits.findIndex(({ id }) => id === this.#anchor?.id);
    const next = hits[index + by];
    if (index >= 0 && next) this.#replace(next.id);
  }

  #replace(id) {
    this.#address.replace({ question: this.#page.question, open: id });
    this.follow(id);
  }

  #closed() {
    if (this.#address.openedHere) {
      history.back(); // the page follows
      return;
    }
    this.#address.replace({ question: this.#page.question });
    this.follow(null);
  }
}
