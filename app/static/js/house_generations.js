// The generations of the collection that are kept: what is in each, what its index was measured to find, and going back to one.
import { element } from "./element.js";
import { readableSize } from "./facts.js";
import { confirmed } from "./house_dialogs.js";
import { badge, button, heading, nothing, when } from "./house_parts.js";
import { number, say } from "./words.js";

const LOOK_MS = 700;
const PATIENCE_MS = 60_000; // another model may have to be loaded
const OF = { texts: "house.recall_texts", images: "house.recall_images" };

function recall({ figures, reasons }) {
  if (figures.length === 0) return element("dd", { title: reasons.join(" ") }, say("house.recall_exact"));
  const told = figures.map((one) => say(OF[one.queries] ?? "house.recall_other", {
    recall: number(one.recall, { style: "percent", maximumFractionDigits: 2 }), k: `${one.k}`, queries: one.queries, asked: number(one.asked),
  }));
  return element("dd", {}, ...told.map((line) => element("span", {}, line)));
}

function facts(generation) {
  const { items, index, index_bytes, index_kind, model, dim } = generation;
  const rows = [
    ["house.gen_pictures", element("dd", {}, number(items))],
    ["house.gen_model", element("dd", { dir: "auto" }, [model.model_name, model.pretrained].filter(Boolean).join(" · "))],
    ["house.gen_index", element("dd", {}, `${index_kind.replaceAll("_", " ")}, ${readableSize(index_bytes)}, ${say("house.gen_dim", { count: dim })}`)],
    ["house.gen_recall", recall(index)],
  ];
  return element("dl", {}, ...rows.map(([key, value]) => element("div", {}, element("dt", {}, say(key)), value)));
}

class Generations {
  #house;
  #list = element("ol", { className: "house-list", ariaLabel: say("house.generations") });
  #none = nothing(say("house.gen_none"));
  #asked = 0; // visits and looks so far: what an earlier one brings is not shown

  constructor(house) {
    this.#house = house;
    this.element = element("section", {}, heading(say("house.generations"), say("house.gen_lead")), this.#none, this.#list);
  }

  enter() {
    this.#list.replaceChildren();
    this.#none.hidden = true;
    this.#load();
  }

  leave() {
    this.#asked += 1;
  }

  #ask() {
    const { service, collection } = this.#house;
    return service.ask(service.of(collection, "/generations")).catch((failure) => {
      if (failure.code === "collection_not_found") return { generations: [] };
      throw failure;
    });
  }

  async #load() {
    this.#asked += 1;
    const asked = this.#asked;
    const answer = await this.#house.attempt(() => this.#ask(), () => this.#load());
    if (answer && asked === this.#asked) this.#show(answer.generations);
  }

  #show(generations) {
    const current = generations.find((one) => one.current);
    const problem = this.#house.collections.find(({ name }) => name === this.#house.collection)?.problem;
    this.#list.replaceChildren(...generations.toReversed().map((one) => this.#card(one, current, problem)));
    this.#none.hidden = generations.length > 0;
  }

  #card(generation, current, problem) {
    const marks = [];
    if (generation.served) marks.push(badge(say("house.gen_served"), "good"));
    if (generation.current && !generation.served) marks.push(badge(say(problem ? "house.gen_refused" : "house.gen_changing"), problem ? "bad" : "busy"));
    const go = generation.current ? null : button(
      say(generation.generation < (current?.generation ?? 0) ? "house.gen_back" : "house.gen_forward"), () => this.#rollBack(generation, current));
    go?.setAttribute("aria-label", say("house.gen_to", { action: go.textContent, generation: `${generation.generation}` }));
    return element("li", { className: "house-card" },
      element("div", { className: "house-card-top" },
        element("h3", { tabIndex: -1 }, say("house.gen_number", { generation: `${generation.generation}` })), ...marks,
        element("span", { className: "house-facts" }, when(generation.created_at))),
      facts(generation), generation.current && problem ? element("p", { className: "house-wrong" }, problem) : "",
      go ? element("div", { className: "house-actions" }, go) : "");
  }

  async #rollBack(generation, current) {
    const { service, collection } = this.#house;
    const asked = this.#asked;
    const more = generation.items - (current?.items ?? 0);
    const numbers = { generation: `${generation.generation}`, current: `${current?.generation}` };
    const lines = [
      say("house.gen_will", { ...numbers, date: when(generation.created_at) }),
      more === 0 ? say("house.gen_same_count", { count: generation.items })
        : say(more > 0 ? "house.gen_more" : "house.gen_fewer", { items: number(generation.items), count: Math.abs(more) }),
    ];
    if (current && generation.fingerprint !== current.fingerprint) lines.push(say("house.gen_other_model", { model: generation.model.model_name }));
    lines.push(say("house.gen_nothing_lost", numbers), say("house.gen_next_run"));
    const action = say("house.gen_do", numbers);
    if (!(await confirmed({ title: `${action}?`, lines, action }))) return;
    const body = { generation: generation.generation };
    const done = await this.#house.attempt(() => service.ask(service.of(collection, "/rollback"), { method: "POST", body }));
    if (done && asked === this.#asked) await this.#await(generation.generation);
  }

  /** Look until the service has changed over, or says why it does not. */
  async #await(wanted) {
    const until = Date.now() + PATIENCE_MS;
    const asked = this.#asked;
    while (asked === this.#asked && Date.now() < until) {
      const answer = await this.#house.attempt(() => this.#ask());
      if (!answer || asked !== this.#asked) return;
      this.#show(answer.generations);
      this.#list.children[answer.generations.toReversed().findIndex((one) => one.current)]?.querySelector("h3").focus();
      if (answer.generations.some((one) => one.generation === wanted && one.served)) {
        this.#house.tell(say("house.gen_done", { generation: `${wanted}` }));
        this.#house.changed();
        return;
      }
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
      await this.#house.lookAround();
    }
  }
}

export function makeRoom(house) {
  return new Generations(house);
}
