// Conducts the page: takes what the visitor wants from the parts, asks, and hands the answer back to them.
import { byId } from "./element.js";
import { Address } from "./address.js";
import { Asker } from "./asker.js";
import { Asking } from "./asking.js";
import { Collections } from "./collections.js";
import { cropText } from "./crop.js";
import { onEntrance } from "./entrance.js";
import { Failure } from "./failure.js";
import { FullView } from "./full_view.js";
import { describe } from "./heading.js";
import { brought } from "./on_demand.js";
import { Openers } from "./openers.js";
import { isEmpty, keyOf, makeQuestion } from "./question.js";
import { QuestionHistory } from "./question_history.js";
import { RecentAnswers } from "./recent_answers.js";
import { Results } from "./results.js";
import { sentTerms } from "./search_body.js";
import { StatusLine } from "./status_line.js";
import { Typing } from "./typing.js";
import { Views } from "./views.js";

const FIRST_K = 48;
const NEXT_K = 120; // each further page
const LARGEST_K = 1000; // what the service gives at once

function newSeed() {
  return Math.floor(Math.random() * 1_000_000);
}

export class Page {
  #address = new Address();
  #question = makeQuestion();
  #asked = null;
  #answers = new RecentAnswers();
  #seed = newSeed();
  #typing = new Typing();
  asked = new QuestionHistory();

  constructor(service) {
    this.service = service;
    this.asker = new Asker(service, {
      answered: (asked, answer) => this.#answered(asked, answer),
      failed: (asked, failure) => this.#failed(asked, failure),
      waiting: (isWaiting) => this.#showWaiting(isWaiting),
    });
    this.collections = new Collections(service, (name) => this.go(makeQuestion({ words: this.asking.box.words, collection: name })));
    this.status = new StatusLine(() => this.openers.open("skipped", this.#question.collection));
    this.asking = new Asking(service, this);
    this.results = new Results(this.#resultsListener());
    this.fullView = new FullView(service, this.#address, this);
    this.views = new Views(this);
    this.openers = new Openers(this, { "/": () => this.asking.box.focus(), f: () => this.asking.filters.toggle() });
    this.#listenToTheWindow();
    onEntrance(() => this.#showAccount());
  }

  get question() {
    return this.#question;
  }

  /** Whether the last question brought nothing but a failure. */
  get isRefused() {
    return this.#asked === null && !this.asker.busy;
  }

  get grid() {
    return this.results.grid;
  }

  get title() {
    return this.results.heading.title;
  }

  get hasMore() {
    return this.results.hasMore;
  }

  /** Load the collections, then show what the address names. */
  async start() {
    history.scrollRestoration = "manual";
    const { question } = this.#address.read();
    this.asking.box.show(question);
    try {
      await Promise.all([this.collections.refresh(), this.asking.prepare(question)]);
      if (this.collections.isEmpty) throw new Failure({ code: "nothing_indexed" });
    } catch (failure) {
      this.#failed({ question: this.#question, beginning: true }, failure);
      this.views.follow(location.hash);
      return;
    }
    this.#address.plainCollection = this.collections.plain;
    this.#arrive();
    this.#greet();
    if (isEmpty(this.#question) && !location.hash && document.activeElement === document.body && matchMedia("(hover: hover)").matches) this.asking.box.focus();
  }

  #greet() {
    try {
      if (localStorage.getItem("sightline-signed-in") !== null) this.#showAccount();
    } catch {
      // Storage may be forbidden.
    }
  }

  async #showAccount() {
    const { open } = this.#address.read();
    const again = () => this.#ask(this.#question, { k: Math.min(Math.max(this.results.count, FIRST_K), LARGEST_K), y: window.scrollY, open });
    (await brought(() => import("./account.js"), { words: ["session"] }))?.showAccount(again);
  }

  /** Ask a question as a new step of the history. */
  go(question) {
    this.#typing.end();
    this.#step(question, {});
  }

  #step(question, { replace = false, fragment = this.views.fragment }) {
    this.fullView.hide();
    const same = keyOf(question) === keyOf(this.#question) && location.hash === fragment;
    if (same && this.#asked && !this.fullView.isInAddress) {
      window.scrollTo({ top: 0 });
      return;
    }
    if (replace) this.#address.replace({ question, fragment });
    else this.#address.push({ question, fragment });
    this.views.follow(fragment);
    this.#remember(question, replace);
    this.#ask(question, { k: FIRST_K, y: 0 });
  }

  #remember(question, replacesLast) {
    if (isEmpty(question) || question.terms.some(({ picture, kept }) => picture || kept)) return;
    this.asked.keep({ link: this.#address.linkTo(question), words: describe(question) }, { replacesLast });
  }

  home() {
    this.#typing.end();
    this.#step(makeQuestion({ collection: this.#address.plainCollection }), { fragment: "" });
  }

  similar(id) {
    this.go(this.asking.like(id));
  }

  askMoreSoon() {
    this.#askMore();
  }

  #resultsListener() {
    return {
      open: (id) => this.openPicture(id),
      similar: (id) => this.similar(id),
      links: ({ id }) => ({ open: this.#address.linkTo(this.#question, id), similar: this.#address.linkTo(this.asking.like(id)) }),
      leaveUpwards: () => this.asking.box.focus(),
      more: () => this.#askMore(),
      shuffle: () => this.#shuffle(),
      retry: () => this.#retry(),
      choosePicture: () => this.asking.intake.choose(),
      startAgain: () => this.home(),
      askAgain: () => this.#ask(this.#question, { k: FIRST_K, y: 0 }),
      change: (changes) => this.go(this.asking.with(changes)),
      linkTo: (changes) => this.#address.linkTo(this.asking.with(changes)),
    };
  }

  #listenToTheWindow() {
    window.addEventListener("popstate", () => this.#arrive());
    let settle = 0;
    window.addEventListener("scroll", () => {
      clearTimeout(settle);
      settle = setTimeout(() => this.#asked && this.#address.rememberPlace(window.scrollY, this.results.count), 200);
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

  /** From the search down to the pictures. */
  descend() {
    if (!this.views.focus()) this.grid.focus();
  }

  /** Open a picture in the full view, as a new step of the history; one of another collection over that one's pictures. */
  openPicture(id, collection = this.#question.collection) {
    if (collection === this.#question.collection) return this.fullView.open(id);
    this.#address.push({ question: makeQuestion({ collection }), open: id }, { opened: true });
    return this.#arrive();
  }

  /** Show a view by its fragment (of views.js; "" are the pictures), as a step of the history. */
  show(fragment, { replace = false } = {}) {
    this.#typing.end();
    if (replace) this.#address.replace({ question: this.#question, fragment });
    else this.#address.push({ question: this.#question, fragment });
    this.views.follow(fragment);
  }

  /** Show the view of a link of this page, as a new step of the history. */
  follow(link) {
    history.pushState(null, "", link);
    this.#arrive();
  }

  /** Ask once the visitor pauses; words of one thought share a step of the history. */
  later(question) {
    this.#typing.pause((isSameThought) => {
      if (keyOf(question) !== keyOf(this.#question)) this.#step(question, { replace: isSameThought && !isEmpty(this.#question) });
    }, { at_once: isEmpty(question) });
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
    this.views.follow(location.hash);
    if (this.#asked && keyOf(question) === keyOf(this.#question)) {
      this.fullView.follow(open);
      return;
    }
    const kept = this.#answers.find(question);
    this.fullView.hide();
    if (kept) this.#comeBack(question, kept, { y, open });
    else this.#ask(question, { k: Math.min(Math.max(k ?? 0, FIRST_K), LARGEST_K), y, open });
  }

  #comeBack(question, { asked, answer }, { y, open }) {
    this.asker.stop();
    this.#question = question;
    this.asking.show(question);
    this.#answered({ ...asked, question, y, open, extending: false }, answer);
  }

  #ask(question, { k, y, open = null }) {
    this.#question = question;
    this.asking.show(question);
    this.collections.show(question.collection);
    this.asker.ask({ question, k, y, open, seed: this.#seed, cursor: null, extending: false });
  }

  #askMore() {
    if (this.asker.busy || !this.hasMore || !this.#asked) return;
    this.asker.ask({ ...this.#asked, k: NEXT_K, cursor: this.results.cursor, extending: true });
  }

  #retry() {
    if (this.collections.isEmpty) this.start();
    else this.#ask(this.#question, { k: FIRST_K, y: 0 });
  }

  #answered(asked, answer) {
    const whole = this.results.show(asked, answer);
    this.#asked = asked;
    this.#answers.keep(asked, whole);
    this.#showStatus(answer);
    this.#noteKept(asked.question, answer.kept_pictures ?? []);
    this.views.answered(asked.question, this.grid.hits);
    if (asked.extending) this.fullView.refresh();
    else this.fullView.follow(asked.open);
  }

  /** The pictures of the visitor's are in the address once the service keeps what they look like. */
  #noteKept(question, ids) {
    if (ids.length === 0) return;
    sentTerms(question).forEach(({ picture, crop }, at) => { picture.kept[cropText(crop)] = ids[at]; });
    this.#address.replace({ question, open: this.#address.read().open });
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
    if (!asked.extending) this.#asked = null;
    this.results.fail(asked, failure);
    this.views.failed(failure);
  }
}
