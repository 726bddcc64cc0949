// The tag sets of the collection: names that its pictures are tagged with, whether the tags are there, and changing them.
import { element } from "./element.js";
import { confirmed } from "./house_dialogs.js";
import { badge, button, field, heading, nothing } from "./house_parts.js";
import { isOpen } from "./house_job_row.js";
import { makeQuestion } from "./question.js";
import { number, say } from "./words.js";

const LOOK_MS = 2000;
const NAME = "[a-z0-9][a-z0-9_\\-]{0,63}";

function lines(text) {
  return [...new Set(text.split(/[\n,]/).map((one) => one.trim()).filter(Boolean))];
}

class Tags {
  #house;
  #list = element("ul", { className: "house-list", ariaLabel: say("house.tags") });
  #none = nothing(say("house.tags_none"));
  #form;
  #inputs;
  #title = element("h3", { tabIndex: -1 });
  #opener;
  #jobs = new Map(); // collection/name of a set → the id of the job that computes its tags
  #timer = 0;
  #asked = 0; // visits and looks so far: what an earlier one brings is not shown
  #shownSets = "";

  constructor(house) {
    this.#house = house;
    this.#opener = button(say("house.tags_new"), () => this.#edit(null), "button button-main");
    this.#form = this.#makeForm();
    this.element = element("section", {}, heading(say("house.tags"), say("house.tags_lead"), this.#opener), this.#form, this.#none, this.#list);
  }

  enter() {
    this.#none.hidden = true;
    this.#form.hidden = true;
    this.#shownSets = "";
    this.#load();
  }

  leave() {
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.#list.replaceChildren();
  }

  async #load() {
    const { service, collection } = this.#house;
    const ask = () => service.ask("v1/tag-sets", { parameters: { collection } }).catch((failure) => {
      if (failure.code === "collection_not_found") return { tag_sets: [] };
      throw failure;
    });
    this.#asked += 1;
    const asked = this.#asked;
    const answer = await this.#house.attempt(ask, () => this.#load());
    if (!answer || asked !== this.#asked) return;
    const states = new Map();
    for (const { name, served } of answer.tag_sets) states.set(name, served ? null : await this.#stateOf(collection, name));
    if (asked === this.#asked) this.#show(answer.tag_sets, states);
  }

  /** Shows the sets; while tags are being computed it looks again by itself. */
  #show(sets, states) {
    const content = JSON.stringify([sets, [...states]]);
    if (content !== this.#shownSets) this.#list.replaceChildren(...sets.map((set) => this.#card(set, states.get(set.name))));
    this.#shownSets = content;
    this.#none.hidden = sets.length > 0;
    clearTimeout(this.#timer);
    if (sets.some(({ served }) => !served)) this.#timer = setTimeout(() => this.#load(), LOOK_MS);
  }

  /** How the job stands that computes a set's tags; null where it is not known. */
  async #stateOf(collection, name) {
    const id = this.#jobs.get(`${collection}/${name}`);
    const job = id ? await this.#house.service.ask(`v1/jobs/${id}`).catch(() => null) : null;
    if (!job) return null;
    return isOpen(job) || job.state === "done" ? "busy" : job.state;
  }

  #mark({ served }, state) {
    if (served) return badge(say("house.tags_served"), "good");
    if (state === "failed" || state === "cancelled") return badge(say("house.tags_failed"), "bad");
    return badge(say(state === "busy" ? "house.tags_busy" : "house.tags_waiting"), "busy");
  }

  #card(set, state) {
    const names = [...set.classes, "none"].map((one) => element("li", {}, set.served ? this.#link(set, one) : element("span", { dir: "auto" }, one)));
    const edit = button(say("house.edit"), () => this.#edit(set), "button button-small");
    const remove = button(say("house.remove"), () => this.#remove(set), "button button-small");
    for (const one of [edit, remove]) one.ariaLabel = say("house.tags_do", { action: one.textContent, name: set.name });
    return element("li", { className: "house-card" },
      element("div", { className: "house-card-top" }, element("h3", { tabIndex: -1 }, set.name), this.#mark(set, state)),
      element("p", { className: "house-facts" },
        say("house.tags_facts", { field: set.field, threshold: number(set.threshold, { style: "percent" }), count: set.templates.length })),
      element("ul", { className: "house-names" }, ...names), element("div", { className: "house-actions" }, edit, remove));
  }

  /** Leads to the pictures with a tag. */
  #link(set, tag) {
    const question = makeQuestion({ filters: { [set.field]: [tag] }, collection: this.#house.collection });
    return button(tag, () => this.#house.find(question), "house-name");
  }

  #makeForm() {
    const name = element("input", { type: "text", required: true, pattern: NAME, spellcheck: false, autocapitalize: "off" });
    const classes = element("textarea", { rows: 4, required: true, spellcheck: false });
    const threshold = element("input", { type: "number", min: 0, max: 1, step: "any", required: true });
    const templates = element("textarea", { rows: 5, spellcheck: false });
    this.#inputs = { name, classes, threshold, templates };
    const form = element("form", { className: "house-form", hidden: true }, this.#title,
      field(say("house.tags_name"), name, say("house.tags_name_hint")), field(say("house.tags_classes"), classes, say("house.tags_classes_hint")),
      element("details", {}, element("summary", {}, say("house.run_more")),
        field(say("house.tags_threshold"), threshold, say("house.tags_threshold_hint")),
        field(say("house.tags_templates"), templates, say("house.tags_templates_hint"))),
      element("div", { className: "house-actions" }, element("button", { className: "button button-main" }, say("house.save")),
        button(say("house.cancel"), () => this.#close())));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    return form;
  }

  #edit(set) {
    const { name, classes, threshold, templates } = this.#inputs;
    this.#title.textContent = set ? say("house.tags_edit", { name: set.name }) : say("house.tags_new");
    name.value = set?.name ?? "";
    name.readOnly = Boolean(set);
    classes.value = set?.classes.join("\n") ?? "";
    threshold.value = set?.threshold ?? 0.5;
    templates.value = set?.templates.join("\n") ?? "";
    this.#form.hidden = false;
    this.#form.scrollIntoView({ block: "nearest" });
    (set ? classes : name).focus();
  }

  #close() {
    this.#form.hidden = true;
    this.#opener.focus();
  }

  async #save() {
    const { name, classes, threshold, templates } = this.#inputs;
    const prompts = templates.value.split("\n").map((one) => one.trim()).filter(Boolean);
    const body = { classes: lines(classes.value), threshold: threshold.valueAsNumber, ...(prompts.length ? { templates: prompts } : {}) };
    const { collection } = this.#house;
    const path = `v1/tag-sets/${encodeURIComponent(name.value)}`;
    const saved = await this.#house.attempt(() => this.#house.service.ask(path, { method: "PUT", parameters: { collection }, body }));
    if (!saved) return;
    this.#jobs.set(`${collection}/${saved.name}`, saved.job_id);
    this.#close();
    this.#house.tell(say("house.tags_saved", { name: saved.name, id: `${saved.job_id}` }));
    await this.#load();
  }

  async #remove(set) {
    const action = say("house.remove");
    const title = say("house.tags_remove", { name: set.name });
    if (!(await confirmed({ title, lines: [say("house.tags_remove_text", { field: set.field })], action, isDanger: true }))) return;
    const parameters = { collection: this.#house.collection };
    const gone = await this.#house.attempt(() => this.#house.service.ask(`v1/tag-sets/${encodeURIComponent(set.name)}`, { method: "DELETE", parameters }));
    if (!gone) return;
    this.#house.tell(say("house.tags_removed", { name: set.name, id: `${gone.job_id}` }));
    await this.#load();
    this.#opener.focus();
  }
}

export function makeRoom(house) {
  return new Tags(house);
}
