// The panel of filters: fields with few values and how often each occurs, and a rule in words. Strangers' values stay text.
import { drawAfresh } from "./draw_afresh.js";
import { byId, element } from "./element.js";
import { Failure } from "./failure.js";
import { filterText, isNoFilter, readableField, toggled, without } from "./filters.js";
import { RuleField } from "./rule_field.js";
import { number, say } from "./words.js";

const AT_ONCE = 8; // fields that the service counts for one request
const MOST_FIELDS = 24;
const MOST_VALUES = 20; // what the service lists of a field
const OF_MANY = 10; // so many are shown of a field with more values, if each of them is there more than once
const HARD_TO_COUNT = new Set(["caption", "uri", "id", "name", "size_bytes", "width", "height", "taken_at", "gps.latitude", "gps.longitude", "gps.altitude"]);

/** Names of the fields worth counting: tag sets first, the collection's own next, what every file has last. */
function worthCounting(fields) {
  const names = fields.map(({ name }) => name).filter((name) => !HARD_TO_COUNT.has(name));
  const rank = (name) => (name.startsWith("tags.") ? 0 : ["format", "source", "orientation", "camera", "lens"].includes(name) ? 2 : 1);
  return names.sort((one, other) => rank(one) - rank(other)).slice(0, MOST_FIELDS);
}

function inParts(names) {
  return Array.from({ length: Math.ceil(names.length / AT_ONCE) }, (_, at) => names.slice(at * AT_ONCE, (at + 1) * AT_ONCE));
}

export class FilterPanel {
  #panel = byId("filters");
  #lists = element("div", { className: "facets" });
  #clear = element("button", { type: "button", className: "quiet" }, say("filters.clear"));
  #rule;
  #service;
  #changed;
  #generationOf;
  #leave;
  #question = null;
  #request = null;
  #shown = "";
  #fields = { of: null, names: [] }; // the fields worth counting, of which generation of which collection

  /** `changed({ filters?, where? })` is called with what the visitor chooses; `leave()` when nothing is left to choose;
   *  `generationOf(collection)` tells the one that is served, as far as the page knows. */
  constructor(service, { changed, leave, generationOf }) {
    this.#service = service;
    this.#changed = changed;
    this.#generationOf = generationOf;
    this.#leave = leave;
    this.#rule = new RuleField({ check: (where) => service.facets([], where, this.#question.collection), changed: (where) => changed({ where }) });
    this.#clear.addEventListener("click", () => {
      changed({ filters: {}, where: "" });
      leave();
    });
    this.#panel.append(this.#lists, element("div", { className: "filters-foot" }, this.#rule.place, this.#clear));
  }

  show(question, isOpen) {
    this.#question = question;
    this.#clear.hidden = isNoFilter(question);
    this.#rule.show(question.where);
    if (isOpen) this.#load();
    else this.#request?.abort();
  }

  /** Count anew, unless the counts on show are those of these filters already. A late answer is never shown. */
  async #load() {
    const { filters, where, collection } = this.#question;
    const wanted = JSON.stringify([filters, where, this.#source]);
    this.#request?.abort();
    this.#lists.setAttribute("aria-busy", wanted !== this.#shown);
    if (wanted === this.#shown) return;
    const request = (this.#request = new AbortController());
    const counted = await this.#count_all(this.#question, request.signal).catch((failure) => failure);
    if (request.signal.aborted) return;
    this.#lists.setAttribute("aria-busy", false);
    if (counted instanceof Error) {
      this.#shown = "";
      if (this.#lists.contains(document.activeElement)) this.#leave();
      this.#lists.replaceChildren(element("p", { className: "facet-none" }, this.#wordsFor(counted)));
      drawAfresh();
      return;
    }
    this.#shown = wanted;
    this.#showFacets(counted, filters);
    drawAfresh();
  }

  /** What the counts are of: another generation may have other fields. */
  get #source() {
    const { collection } = this.#question;
    return `${collection}/${this.#generationOf(collection)}`;
  }

  #wordsFor(failure) {
    return failure instanceof Failure && failure.detail ? say("filters.uncounted_for", { reason: failure.detail }) : say("filters.uncounted");
  }

  /** Counts of every field. Those of a field with chosen values leave its own choice aside, so that others can be added. */
  async #count_all(question, signal) {
    const { collection, filters } = question;
    const of = this.#source;
    if (this.#fields.of !== of) this.#fields = { of, names: worthCounting((await this.#service.fields(collection, signal)).fields) };
    const { names } = this.#fields;
    const free = names.filter((name) => !(name in filters));
    const parts = [
      ...inParts(free).map((part) => [part, filterText(question)]),
      ...Object.keys(filters).map((name) => [[name], filterText({ ...question, filters: without(filters, name) })]),
    ];
    const counted = await Promise.all(parts.map(([part, filter]) => this.#countSome(part, filter, collection, signal)));
    const all = Object.assign({}, ...counted);
    return [...new Set([...names, ...Object.keys(filters)])].filter((name) => all[name]).map((name) => [name, all[name]]);
  }

  /** One field that cannot be counted does not take the others along. */
  async #countSome(names, filter, collection, signal) {
    try {
      return await this.#service.facets(names, filter, collection, signal);
    } catch (failure) {
      if (failure.code !== "facet_unusable" || names.length === 1) return failure.code === "facet_unusable" ? {} : Promise.reject(failure);
      const each = await Promise.all(names.map((name) => this.#countSome([name], filter, collection, signal)));
      return Object.assign({}, ...each);
    }
  }

  #showFacets(counted, filters) {
    const focused = this.#lists.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const isWorth = ({ distinct, values }) => (distinct > MOST_VALUES ? values[OF_MANY - 1].count > 1 : distinct > 1);
    const worth = counted.filter(([name, field]) => name in filters || isWorth(field));
    const groups = worth.map(([name, { values, distinct }]) => this.#group(name, distinct > MOST_VALUES ? values.slice(0, OF_MANY) : values, filters[name] ?? [], distinct));
    this.#lists.replaceChildren(...(groups.length ? groups : [element("p", { className: "facet-none" }, say("filters.none"))]));
    if (focused) this.#focus(focused);
  }

  /** To the value that had the focus; where it went, to the first of its field, or else of all. */
  #focus(key) {
    const made = [...this.#lists.querySelectorAll("button")];
    const [field] = JSON.parse(key);
    const next = made.find((one) => one.dataset.key === key) ?? made.find((one) => JSON.parse(one.dataset.key)[0] === field) ?? made[0];
    if (next) next.focus({ preventScroll: true });
    else this.#leave();
  }

  #group(name, values, chosen, distinct) {
    const absent = chosen.filter((value) => !values.some((one) => one.value === value)).map((value) => ({ value, count: 0 }));
    const buttons = [...values, ...absent].map(({ value, count }) => {
      const label = element("span", { className: "facet-value", dir: "auto" }, String(value));
      const made = element("button", { type: "button", className: "facet" }, label, element("span", { className: "facet-count" }, number(count)));
      made.dataset.key = JSON.stringify([name, value]);
      made.setAttribute("aria-pressed", chosen.includes(value));
      made.addEventListener("click", () => this.#changed({ filters: toggled(this.#question.filters, name, value) }));
      return made;
    });
    const rest = distinct - values.length;
    return element("fieldset", {}, element("legend", { dir: "auto" }, readableField(name)), element("div", { className: "facet-values" }, ...buttons, rest > 0 ? element("span", { className: "facet-count" }, say("filters.rest", { count: rest })) : ""));
  }
}
