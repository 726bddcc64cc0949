// What an answer looks like: heading, grid, the row under it, or a failure in words. Keeps the answer; asks for nothing itself.
import { byId } from "./element.js";
import { Grid } from "./grid.js";
import { drawAfresh } from "./draw_afresh.js";
import { describe, Heading } from "./heading.js";
import { Intro } from "./intro.js";
import { MoreRow } from "./more_row.js";
import { Nearest } from "./nearest.js";
import { brought } from "./on_demand.js";
import { hasDirection, isEmpty, soughtIds } from "./question.js";
import { say } from "./words.js";

const WORDS_AFTER_MS = 1500; // the first pictures are on show by then

export class Results {
  #answer = null;
  #attempt = 0;
  #turn = 0;
  #trouble = null; // { notice, wordsFor }, once it is loaded
  #listener;

  /** `listener` has open(id), similar(id), links(hit), leaveUpwards(), more(), shuffle(), retry(), choosePicture(), startAgain(),
   *  askAgain(), change(changes) of the question and linkTo(changes). */
  constructor(listener) {
    this.#listener = listener;
    this.heading = new Heading(listener.shuffle);
    this.more = new MoreRow(listener);
    this.intro = new Intro({ choose: (words) => listener.change({ words }), link: (words) => listener.linkTo({ words }) });
    this.nearest = new Nearest(listener);
    this.grid = new Grid(listener);
  }

  /** Where the next page begins, or null. */
  get cursor() {
    return this.#answer?.next_cursor ?? null;
  }

  get hasMore() {
    return this.cursor !== null;
  }

  /** How many pictures came. */
  get count() {
    return this.#answer?.hits.length ?? 0;
  }

  get isNoMatch() {
    return this.#answer?.no_good_match;
  }

  /** Show an answer, or what it adds. Returns the whole answer, pages joined. */
  show(asked, answer) {
    this.#attempt = 0;
    this.#turn += 1;
    this.#trouble?.notice.hide();
    if (!this.#trouble) setTimeout(() => this.#prepare(), WORDS_AFTER_MS); // when the service is away it is too late
    const before = asked.extending ? this.#answer.hits : [];
    this.#answer = { ...answer, hits: [...before, ...answer.hits] };
    const sought = soughtIds(asked.question);
    const hits = answer.hits.filter(({ id }) => !sought.has(id));
    if (asked.extending) this.grid.extend(hits, this.hasMore, { withFocus: this.more.hasFocus });
    else this.#showAnew(asked, hits);
    this.#showEnd(asked.question);
    return this.#answer;
  }

  /** Say what went wrong; what is shown stays when only more of it did not come. */
  async fail(asked, failure) {
    const turn = (this.#turn += 1);
    await this.#prepare();
    if (turn !== this.#turn || !this.#trouble) return;
    const { notice, wordsFor } = this.#trouble;
    const words = wordsFor(failure, { attempt: this.#attempt, collection: asked.question.collection });
    this.#attempt += 1;
    if (asked.extending) {
      this.more.failed(words);
      return;
    }
    this.#answer = null;
    this.intro.hide();
    this.heading.hide();
    this.nearest.hide();
    this.more.hide();
    this.grid.show([], false);
    notice.show(words);
    byId("live").textContent = [words.title, words.reason].filter(Boolean).join(". ");
  }

  /** Load what says in words that something went wrong. */
  async #prepare() {
    if (this.#trouble) return;
    const load = () => Promise.all([import("./notice.js"), import("./failure_words.js")]);
    const modules = await brought(load, { sheet: "notice", words: ["failure"] });
    if (modules) this.#trouble ??= { notice: new modules[0].Notice(this.#listener), wordsFor: modules[1].wordsFor };
  }

  #showAnew({ question, y, k }, hits) {
    const home = isEmpty(question);
    if (home) this.intro.show(hits);
    else this.intro.hide();
    const nothing = this.isNoMatch || (!home && hits.length === 0);
    this.heading.show(question, { partial: this.#answer.hits.length >= k, only: nothing ? (hits.length ? "nearest" : "none") : null });
    if (nothing) this.nearest.show(hits, question);
    else this.nearest.hide();
    this.grid.show(hits, this.hasMore, { withLine: !nothing && !home && !question.sort });
    drawAfresh();
    window.scrollTo({ top: y, behavior: "instant" });
    const key = home ? "results.home" : nothing ? "results.nearest" : this.hasMore ? "results.more" : "results.all";
    byId("live").textContent = say(key, { count: hits.length, question: describe(question) });
  }

  #showEnd(question) {
    if (this.hasMore) this.more.offer();
    else if (isEmpty(question) || this.count === 0) this.more.hide();
    else this.more.end(this.#lastWords(question));
  }

  #lastWords(question) {
    if (!question.sort) return say(hasDirection(question) ? "results.end_best_first" : "results.end");
    const { undated, matching } = this.#answer;
    const { count } = this;
    const some = hasDirection(question) || matching > count ? "sort.end_some" : "results.end";
    return [say(some, { count }), ...(undated ? [say(undated < count ? "sort.undated" : "sort.no_dates", { count: undated })] : [])].join(" ");
  }
}
