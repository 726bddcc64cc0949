// Conducts the page: takes what the visitor wants from the parts, asks, and hands the answer back to them.
import { byId } from "./element.js";
import { Address } from "./address.js";
import { Asker } from "./asker.js";
import { Collections } from "./collections.js";
import { Failure, wordsFor } from "./failure.js";
import { FullView } from "./full_view.js";
import { Grid } from "./grid.js";
import { describe, Heading } from "./heading.js";
import { Intake } from "./intake.js";
import { Intro } from "./intro.js";
import { KeysDialog } from "./keys_dialog.js";
import { MoreRow } from "./more_row.js";
import { Notice } from "./notice.js";
import { Picture } from "./picture.js";
import { isEmpty, keyOf, makeQuestion } from "./question.js";
import { RecentAnswers } from "./recent_answers.js";
import { SearchBox } from "./search_box.js";
import { SkippedDialog } from "./skipped_dialog.js";
import { StatusLine } from "./status_line.js";
import { Typing } from "./typing.js";

const FIRST_K = 48;
const LARGEST_K = 500; // what the service gives at most

function newSeed() {
  return Math.floor(Math.random() * 1_000_000);
}

export class Page {
  #address = new Address();
  #question = makeQuestion();
  #asked = null;
  #answers = new RecentAnswers();
  #attempt = 0;
  #seed = newSeed();
  #typing = new Typing();

  constructor(service) {
    this.asker = new Asker(service, {
      answered: (asked, answer) => this.#answered(asked, answer),
      failed: (asked, failure) => this.#failed(asked, failure),
      waiting: (isWaiting) => this.#showWaiting(isWaiting),
    });
    this.collections = new Collections(service, (name) => this.go(makeQuestion({ words: this.box.words, collection: name })));
    this.skipped = new SkippedDialog(service);
    this.status = new StatusLine(() => this.skipped.open(this.#question.collection));
    this.heading = new Heading(() => this.#shuffle());
    this.more = new MoreRow(() => this.#askMore());
    this.notice = new Notice({ retry: () => this.#retry(), choosePicture: () => this.intake.choose(), startAgain: () => this.home() });
    this.intro = new Intro({ choose: (words) => this.go(this.#with({ words })), link: (words) => this.#address.linkTo(this.#with({ words })) });
    this.intake = new Intake({ onPicture: (file) => this.#take(file), onSimilar: (id) => this.similar(id) });
    this.box = new SearchBox(this.#boxListener());
    this.grid = new Grid({
      open: (id) => this.fullView.open(id),
      similar: (id) => this.similar(id),
      links: ({ id }) => ({ open: this.#address.linkTo(this.#question, id), similar: this.#address.linkTo(this.#likeThis(id)) }),
      leaveUpwards: () => this.box.focus(),
    });
    this.fullView = new FullView(service, this.#address, this);
    this.keys = new KeysDialog(() => this.box.focus());
    this.#listenToTheWindow();
  }

  get question() {
    return this.#question;
  }

  get hasMore() {
    return this.#asked?.more === true;
  }

  /** Load the collections, then show what the address names. */
  async start() {
    history.scrollRestoration = "manual";
    try {
      await this.collections.refresh();
      if (this.collections.isEmpty) throw new Failure({ code: "nothing_indexed" });
    } catch (failure) {
      this.#failed({ question: this.#question, beginning: true }, failure);
      return;
    }
    this.#address.plainCollection = this.collections.plain;
    this.#arrive();
    if (isEmpty(this.#question) && matchMedia("(hover: hover)").matches) this.box.focus();
  }

  /** Ask a question as a new step of the history. */
  go(question) {
    this.#typing.end();
    this.#step(question, false);
  }

  #step(question, replace) {
    this.fullView.hide();
    const same = keyOf(question) === keyOf(this.#question);
    if (same && this.#asked && !this.fullView.isInAddress) {
      window.scrollTo({ top: 0 });
      return;
    }
    if (replace) this.#address.replace({ question });
    else this.#address.push({ question });
    this.#ask(question, { k: FIRST_K, y: 0 });
  }

  home() {
    this.go(makeQuestion({ collection: this.#address.plainCollection }));
  }

  similar(id) {
    this.go(this.#likeThis(id));
  }

  askMoreSoon() {
    this.#askMore();
  }

  #likeThis(id) {
    return makeQuestion({ similar: id, collection: this.#question.collection });
  }

  /** The question as it stands, words that are not asked yet included, with these changes. */
  #with(changes) {
    return makeQuestion({ ...this.#question, words: this.box.words, ...changes });
  }

  #boxListener() {
    return {
      typed: (words) => this.#later(this.#with({ words })),
      entered: (words) => this.go(this.#with({ words })),
      cleared: () => this.go(this.#with({ words: "" })),
      pictureRemoved: () => this.go(this.#with({ similar: null, picture: null })),
      balanced: (balance) => this.#later(this.#with({ balance })),
      descend: () => this.grid.focus(),
    };
  }

  #listenToTheWindow() {
    window.addEventListener("popstate", () => this.#arrive());
    let settle = 0;
    window.addEventListener("scroll", () => {
      clearTimeout(settle);
      settle = setTimeout(() => this.#asked && this.#address.rememberPlace(window.scrollY, this.#asked.k), 200);
    }, { passive: true });
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault(); // the address stays: it names what is shown
      byId("results").focus();
    });
    byId("brand").addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.home();
    });
  }

  /** Ask once the visitor pauses; words of one thought share a step of the history. */
  #later(question) {
    this.#typing.pause((isSameThought) => {
      if (keyOf(question) !== keyOf(this.#question)) this.#step(question, isSameThought && !isEmpty(this.#question));
    }, { at_once: isEmpty(question) });
  }

  async #take(file) {
    const picture = await Picture.fromFile(file);
    this.go(this.#with({ picture, similar: null }));
  }

  #showWaiting(isWaiting) {
    byId("progress").hidden = !isWaiting;
    byId("grid").setAttribute("aria-busy", isWaiting);
  }

  #shuffle() {
    this.#seed = newSeed();
    this.#ask(this.#question, { k: FIRST_K, y: window.scrollY });
  }

  /** Show what the address names: on load, and on each step through the history. */
  #arrive() {
    this.#typing.end();
    const { question, open } = this.#address.read();
    const { y, k } = this.#address.place;
    if (this.#asked && keyOf(question) === keyOf(this.#question)) {
      this.fullView.follow(open);
      return;
    }
    const kept = this.#answers.find(question);
    this.fullView.hide();
    if (kept) this.#comeBack(question, kept, { y, open });
    else this.#ask(question, { k: k ?? FIRST_K, y, open });
  }

  #comeBack(question, { asked, answer }, { y, open }) {
    this.asker.stop();
    this.#question = question;
    this.box.show(question);
    this.#answered({ ...asked, question, y, open, extending: false }, answer);
  }

  #ask(question, { k, y, open = null }) {
    this.#question = question;
    this.box.show(question);
    this.collections.show(question.collection);
    this.asker.ask({ question, k, y, open, seed: this.#seed, extending: false });
  }

  #askMore() {
    if (this.asker.busy || !this.hasMore) return;
    const k = Math.min(this.#asked.k * 2, LARGEST_K);
    this.asker.ask({ ...this.#asked, k: k > 400 ? LARGEST_K : k, extending: true });
  }

  #retry() {
    if (this.collections.isEmpty) this.start();
    else this.#ask(this.#question, { k: FIRST_K, y: 0 });
  }

  #answered(asked, answer) {
    const { question } = asked;
    const hits = answer.hits.filter(({ id }) => id !== question.similar);
    const full = answer.hits.length >= asked.k;
    this.#asked = { ...asked, more: full && asked.k < LARGEST_K && !isEmpty(question) };
    this.#attempt = 0;
    this.#answers.keep(this.#asked, answer);
    this.notice.hide();
    if (asked.extending) this.grid.extend(hits, this.hasMore, { withFocus: this.more.hasFocus });
    else this.#showAnew(asked, hits, full);
    this.#showEnd(question, full);
    this.#showStatus(answer);
    if (!asked.extending) this.fullView.follow(asked.open);
    else this.fullView.refresh();
  }

  #showAnew({ question, y }, hits, full) {
    const home = isEmpty(question);
    if (home) this.intro.show(hits);
    else this.intro.hide();
    this.heading.show(question, { partial: full });
    this.grid.show(hits, this.hasMore);
    this.#drawAfresh();
    window.scrollTo({ top: y, behavior: "instant" });
    const count = `${hits.length}${this.hasMore ? " or more" : ""} pictures`;
    byId("live").textContent = home ? `${hits.length} pictures of the collection` : `${count} for ${describe(question)}`;
  }

  /** Another answer is another content: it appears in its place, instead of being moved there from the old one's. */
  #drawAfresh() {
    const results = byId("results");
    results.hidden = true;
    results.getBoundingClientRect();
    results.hidden = false;
  }

  #showEnd(question, full) {
    if (this.hasMore) this.more.offer();
    else if (isEmpty(question)) this.more.hide();
    else this.more.end(full ? `These are the ${LARGEST_K} best matches.` : "These are all the pictures, best first.");
  }

  #showStatus(answer) {
    const { collection: name } = this.#question;
    const known = this.collections.named(name);
    this.status.show(known, answer.took_ms ?? null);
    if (known && known.generation === answer.generation) return;
    this.collections.refresh().then(() => this.status.show(this.collections.named(name), answer.took_ms ?? null), () => {});
  }

  #failed(asked, failure) {
    if (!(failure instanceof Failure)) throw failure;
    const { question } = asked;
    const words = wordsFor(failure, { attempt: this.#attempt, collection: question.collection });
    this.#attempt += 1;
    if (asked.extending) {
      this.more.failed(words);
      return;
    }
    this.#asked = null;
    this.intro.hide();
    this.heading.hide();
    this.more.hide();
    this.grid.show([], false);
    this.notice.show(words);
    byId("live").textContent = [words.title, words.reason].filter(Boolean).join(". ");
  }
}
