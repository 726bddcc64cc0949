// What an answer looks like: heading, grid, the row under it, or a failure in words. Keeps the answer; asks for nothing itself.
import { byId } from "./element.js";
import { wordsFor } from "./failure.js";
import { Grid } from "./grid.js";
import { drawAfresh } from "./draw_afresh.js";
import { describe, Heading } from "./heading.js";
import { Intro } from "./intro.js";
import { MoreRow } from "./more_row.js";
import { Nearest } from "./nearest.js";
import { Notice } from "./notice.js";
import { hasDirection, isEmpty, soughtIds } from "./question.js";
import { say } from "./words.js";

export class Results {
  #answer = null;
  #attempt = 0;

  /** `listener` has open(id), similar(id), links(hit), leaveUpwards(), more(), shuffle(), retry(), choosePicture(), startAgain(),
   *  askAgain(), askWords(words) and linkToWords(words). */
  constructor(listener) {
    this.heading = new Heading(listener.shuffle);
    this.more = new MoreRow(listener);
    this.notice = new Notice(listener);
    this.intro = new Intro({ choose: listener.askWords, link: listener.linkToWords });
    this.nearest = new Nearest({ choose: listener.askWords, link: listener.linkToWords });
    this.grid = new Grid(listener);
  }

  /** Where the next page begins, or null. */
  get cursor() {
    return this.#answer?.next_cursor ?? null;
  }

  get hasMore() {
    return this.cursor !== null;
  }

  /** How many pictures came so far. */
  get count() {
    return this.#answer?.hits.length ?? 0;
  }

  /** Show an answer, or what it adds. Returns the whole answer, pages joined. */
  show(asked, answer) {
    this.#attempt = 0;
    this.notice.hide();
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
  fail(asked, failure) {
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
    this.notice.show(words);
    byId("live").textContent = [words.title, words.reason].filter(Boolean).join(". ");
  }

  #showAnew({ question, y, k }, hits) {
    const home = isEmpty(question);
    if (home) this.intro.show(hits);
    else this.intro.hide();
    this.heading.show(question, { partial: this.#answer.hits.length >= k });
    const nothing = this.#answer.no_good_match === true;
    if (nothing) this.nearest.show(hits, Boolean(question.words));
    else this.nearest.hide();
    this.grid.show(hits, this.hasMore, { withLine: !nothing && !home });
    drawAfresh();
    window.scrollTo({ top: y, behavior: "instant" });
    const key = home ? "results.home" : nothing ? "results.nearest" : this.hasMore ? "results.more" : "results.all";
    byId("live").textContent = say(key, { count: hits.length, question: describe(question) });
  }

  #showEnd(question) {
    if (this.hasMore) this.more.offer();
    else if (isEmpty(question)) this.more.hide();
    else this.more.end(say(hasDirection(question) ? "results.end_best_first" : "results.end"));
  }
}
