// The full view as a step of the page: opens and closes with the address, walks through the grid's hits.
import { toast } from "./toast.js";
import { Viewer } from "./viewer.js";

const FETCH_AHEAD = 4; // pictures before the end at which more are asked for

export class FullView {
  #address;
  #page;
  #service;
  #viewer;

  constructor(service, address, page) {
    this.#address = address;
    this.#page = page;
    this.#service = service;
    this.#viewer = new Viewer(service, {
      step: (by) => this.#step(by),
      closed: () => this.#closed(),
      similar: (id) => page.similar(id),
      linkTo: (id) => new URL(address.linkTo(page.question, id), location.href).href,
    });
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
  follow(id) {
    if (!id) {
      const last = this.#viewer.openId;
      this.hide();
      if (last) this.#page.grid.focus(last);
      return;
    }
    const hit = this.#page.grid.hits.find((one) => one.id === id);
    if (hit) this.#show(hit);
    else this.#showFromElsewhere(id);
  }

  hide() {
    this.#viewer.hide();
  }

  /** The hits around the open picture have become more. */
  refresh() {
    const id = this.#viewer.openId;
    const hit = id && this.#page.grid.hits.find((one) => one.id === id);
    if (hit) this.#show(hit);
  }

  #show(hit) {
    const { hits } = this.#page.grid;
    const index = hits.indexOf(hit);
    const { collection } = this.#page.question;
    this.#viewer.show(hit, { index, count: hits.length, more: this.#page.hasMore, collection });
    if (index < 0) return;
    if (index >= hits.length - FETCH_AHEAD) this.#page.askMoreSoon();
    for (const neighbour of [hits[index + 1], hits[index - 1]]) {
      if (neighbour) new Image().src = neighbour.image_url; // so that the next step shows at once
    }
  }

  async #showFromElsewhere(id) {
    const { question } = this.#page;
    try {
      const information = await this.#service.information(id, question.collection);
      if (this.#address.read().open === id) this.#show({ captions: [], metadata: {}, ...information, id });
    } catch (failure) {
      toast(failure.detail || "This picture cannot be shown");
      this.#address.replace({ question });
    }
  }

  #step(by) {
    const { hits } = this.#page.grid;
    const index = hits.findIndex(({ id }) => id === this.#viewer.openId);
    const next = hits[index + by];
    if (index < 0 || !next) return;
    this.#address.replace({ question: this.#page.question, open: next.id });
    this.#show(next);
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
