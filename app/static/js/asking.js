// The asking side of the page: box, chips, filters, examples, pictures that come in. Makes of them the question that is wanted.
import { listenToFeedback } from "./feedback.js";
import { FiltersButton } from "./filters_button.js";
import { Intake } from "./intake.js";
import { brought } from "./on_demand.js";
import { Picture } from "./picture.js";
import { isPlain, makeQuestion, MOST_TERMS } from "./question.js";
import { SearchBox } from "./search_box.js";
import { SortChoice } from "./sort_choice.js";
import { makeTerm } from "./term.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

export class Asking {
  #wanted = makeQuestion(); // what was asked last, or is about to be
  #page;
  #chips = null; // loaded when there is something for them to show

  /** `page` has go(question), later(question), descend(), collections and isRefused: whether the last question brought nothing. */
  constructor(service, page) {
    this.#page = page;
    this.box = new SearchBox(this.#boxListener());
    this.filters = new FiltersButton(service, {
      changed: (changes) => this.#now(changes), generationOf: (name) => page.collections.named(name)?.generation,
    });
    this.sort = new SortChoice((changes) => this.#now(changes));
    this.intake = new Intake({ onPicture: (file) => this.#take(file), onSimilar: (id) => this.#add(makeTerm({ id })) });
    listenToFeedback((id, kind) => this.#judge(id, kind));
  }

  /** Show the question that is asked now. */
  show(question) {
    this.#wanted = question;
    this.box.show(question);
    this.#showChips();
    this.filters.show(question);
    this.sort.show(question);
  }

  /** Resolves once everything that shows this question is there. */
  async prepare(question) {
    if (this.#chips || isPlain(question)) return;
    const module = await brought(() => import("./chips.js"), { sheet: "chips", words: ["chips"] });
    this.#chips ??= module && new module.Chips({
      changed: (changes, { soon }) => (soon ? this.#soon(changes) : this.#now(changes)),
      crop: (...given) => this.#page.openers.open("crop", ...given),
      wordsRemoved: () => this.#now({ words: "" }),
      emptied: () => this.#now({ terms: [], like: [], dislike: [], filters: {}, where: "" }),
    });
  }

  async #showChips() {
    if (!this.#chips) await this.prepare(this.#wanted);
    this.#chips?.show(this.#wanted);
  }

  /** The question as it stands, what is not asked yet included, with these changes. */
  with(changes = {}) {
    return makeQuestion({ ...this.#wanted, words: this.box.words, ...changes });
  }

  /** Pictures like this one, within the filters that hold. */
  like(id) {
    const { filters, where, collection } = this.#wanted;
    return makeQuestion({ terms: [makeTerm({ id })], filters, where, collection });
  }

  #boxListener() {
    return {
      typed: () => this.#soon({}),
      entered: () => this.#now({}),
      added: () => this.#add(makeTerm({ text: this.box.words, weight: this.#wanted.weight }), { words: "", weight: 1 }),
      cleared: () => this.#now({ words: "" }),
      lastRemoved: () => this.#removeLast(),
      descend: () => this.#page.descend(),
    };
  }

  #now(changes) {
    this.#page.go(this.with(changes));
  }

  #soon(changes) {
    this.#wanted = this.with(changes);
    if ("terms" in changes || "weight" in changes) this.#showChips();
    this.#page.later(this.#wanted);
  }

  #add(term, changes = {}) {
    const { terms } = this.#wanted;
    if (terms.length >= MOST_TERMS) toast(say("asking.most_terms", { count: MOST_TERMS }));
    this.#now({ ...changes, terms: [...terms, term] });
  }

  #removeLast() {
    const { terms } = this.#wanted;
    if (terms.length) this.#now({ terms: terms.slice(0, -1) });
  }

  async #take(file) {
    const picture = await Picture.fromFile(file);
    const term = makeTerm({ picture });
    if (this.#page.isRefused) this.#now({ terms: [...this.#wanted.terms.filter(({ picture, kept }) => !picture && !kept), term] });
    else this.#add(term);
  }

  #judge(id, kind) {
    const other = kind === "like" ? "dislike" : "like";
    const { [kind]: judged, [other]: opposite } = this.#wanted;
    const isTaken = judged.includes(id);
    this.#now({ [kind]: isTaken ? judged.filter((one) => one !== id) : [...judged, id], [other]: opposite.filter((one) => one !== id) });
    toast(say(isTaken ? "asking.forgotten" : kind === "like" ? "asking.more_like_it" : "asking.less_like_it"));
  }
}
