// The keys of the service: which there are, making one (shown once), ending one.
import { copyText } from "./clipboard.js";
import { element } from "./element.js";
import { confirmed } from "./house_dialogs.js";
import { badge, button, field, heading, nothing, roleName, when } from "./house_parts.js";
import { icon } from "./icon.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const OPENS = { search: "house.opens_search", write: "house.opens_write", admin: "house.opens_admin" };

class Keys {
  #house;
  #list = element("ul", { className: "house-list", ariaLabel: say("house.keys") });
  #none = nothing(say("house.keys_none"));
  #made = element("div", { className: "house-new", role: "status", hidden: true });
  #form;
  #opener;
  #here = false;

  constructor(house) {
    this.#house = house;
    this.#opener = button(say("house.keys_new"), () => this.#open(), "button button-main");
    this.#form = this.#makeForm();
    this.element = element("section", {},
      heading(say("house.keys"), say("house.keys_lead"), this.#opener), this.#form, this.#made, this.#none, this.#list);
  }

  enter() {
    this.#here = true;
    this.#none.hidden = this.#form.hidden = this.#made.hidden = true;
    this.#load();
  }

  leave() {
    this.#here = false;
    this.#made.replaceChildren(); // it was shown once
    this.#list.replaceChildren();
  }

  async #load() {
    const answer = await this.#house.attempt(() => this.#house.service.ask("v1/keys"), () => this.#load());
    if (!answer || !this.#here) return;
    const keys = answer.keys.toReversed().sort((a, b) => Boolean(a.revoked_at) - Boolean(b.revoked_at));
    const working = keys.filter(({ revoked_at }) => !revoked_at);
    this.#list.replaceChildren(...keys.map((key) => this.#card(key, working)));
    this.#none.hidden = keys.length > 0;
  }

  #card(key, working) {
    const mine = key.id === this.#house.caller?.key?.id;
    const end = key.revoked_at ? null : button(say("house.keys_end"), () => this.#end(key, { mine, last: working.length === 1 }), "button button-small");
    end?.setAttribute("aria-label", say("house.keys_end_name", { name: key.name || key.id }));
    const times = key.revoked_at ? say("house.keys_ended_at", { date: when(key.revoked_at) }) : say("house.keys_made_at", { date: when(key.created_at) });
    return element("li", { className: key.revoked_at ? "house-card is-over" : "house-card" },
      element("div", { className: "house-card-top" },
        element("h3", { dir: "auto" }, key.name || say("house.keys_no_name")), badge(roleName(key.role), key.role === "admin" && !key.revoked_at ? "busy" : ""),
        mine ? badge(say("house.keys_mine"), "good") : "", key.revoked_at ? badge(say("house.keys_over")) : "",
        element("span", { className: "house-facts" }, element("code", {}, key.id), ` · ${times}`)),
      end ? element("div", { className: "house-actions" }, end) : "");
  }

  #makeForm() {
    const name = element("input", { type: "text", maxLength: 100, autocomplete: "off" });
    const roles = Object.entries(OPENS).map(([role, key], at) => {
      const input = element("input", { type: "radio", name: "role", value: role, defaultChecked: at === 0 });
      return element("label", { className: "house-check" }, input, element("span", {}, element("b", {}, roleName(role)), ` ${say(key)}`));
    });
    const form = element("form", { className: "house-form", hidden: true },
      field(say("house.keys_name"), name, say("house.keys_name_hint")),
      element("fieldset", {}, element("legend", {}, say("house.keys_role")), ...roles),
      element("div", { className: "house-actions" }, element("button", { className: "button button-main" }, say("house.keys_make")),
        button(say("house.cancel"), () => this.#close())));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make({ name: name.value.trim(), role: new FormData(form).get("role") });
    });
    return form;
  }

  #open() {
    this.#form.hidden = false;
    this.#form.querySelector("input").focus();
  }

  #close() {
    this.#form.reset();
    this.#form.hidden = true;
    this.#opener.focus();
  }

  async #make(body) {
    const made = await this.#house.attempt(() => this.#house.service.ask("v1/keys", { method: "POST", body }));
    if (!made || !this.#here) return;
    this.#close();
    const copy = button(icon("copy", 20), async () => toast(say((await copyText(made.key)) ? "house.keys_copied" : "page.no_copying")), "round");
    copy.ariaLabel = say("house.keys_copy");
    this.#made.replaceChildren(
      element("p", {}, element("strong", {}, say("house.keys_once", { name: made.name || made.id })), ` ${say("house.keys_once_text")}`),
      element("div", { className: "command" }, element("code", {}, made.key), copy));
    this.#made.hidden = false;
    await this.#load();
    copy.focus();
  }

  async #end(key, { mine, last }) {
    const lines = [say("house.keys_end_text")];
    if (mine) lines.push(say("house.keys_end_mine"));
    if (last) lines.push(say("house.keys_end_last"));
    const title = say("house.keys_end_title", { name: key.name || key.id });
    if (!(await confirmed({ title, lines, action: say("house.keys_end"), isDanger: true }))) return;
    const ended = await this.#house.attempt(() => this.#house.service.ask(`v1/keys/${key.id}`, { method: "DELETE" }));
    if (!ended) return;
    this.#house.tell(say("house.keys_ended", { name: key.name || key.id }));
    await this.#load();
    this.#opener.focus();
  }
}

export function makeRoom(house) {
  return new Keys(house);
}
