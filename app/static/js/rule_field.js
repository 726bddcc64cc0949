// A filter in the service's own words: one line, checked before it holds, with the place of what is wrong.
import { drawAfresh } from "./draw_afresh.js";
import { element } from "./element.js";
import { Failure } from "./failure.js";
import { say } from "./words.js";

const PLACE = /^(?:filter, )?column (\d+): /;

export class RuleField {
  #field = element("input", { id: "rule", type: "text", spellcheck: false, autocapitalize: "off", maxLength: 2000, placeholder: "year >= 2020 and not place = Oslo" });
  #error = element("p", { id: "rule-error", className: "rule-error", role: "alert", hidden: true });
  #apply = element("button", { type: "submit", className: "button" }, say("filters.apply"));
  #checking = 0;

  /** `check(text)` rejects with a Failure if the service refuses the rule; `changed(text)` is called when it does not. */
  constructor({ check, changed }) {
    const label = element("label", { htmlFor: "rule" }, say("filters.rule"));
    this.#field.setAttribute("aria-describedby", "rule-error");
    this.place = element("form", { className: "rule" }, label, this.#field, this.#apply, this.#error);
    this.#field.addEventListener("input", () => this.#say(null));
    this.place.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(check, changed);
    });
  }

  show(text) {
    if (document.activeElement !== this.#field) this.#field.value = text;
  }

  async #take(check, changed) {
    const turn = (this.#checking += 1);
    const text = this.#field.value.trim();
    const failure = text ? await check(text).then(() => null, (problem) => problem) : null;
    if (turn !== this.#checking || text !== this.#field.value.trim()) return;
    this.#say(failure);
    if (failure) drawAfresh();
    else changed(text);
  }

  #say(failure) {
    this.#error.hidden = !failure;
    this.#field.setAttribute("aria-invalid", Boolean(failure));
    if (!failure) return;
    const detail = (failure instanceof Failure && failure.detail) || say("failure.unreachable");
    const column = Number(PLACE.exec(detail)?.[1] ?? 0);
    this.#error.textContent = column ? say("filters.at_letter", { column, detail: detail.replace(PLACE, "") }) : detail;
    if (!column) return;
    this.#field.focus();
    this.#field.setSelectionRange(column - 1, Math.max(column, this.#field.value.length));
  }
}
