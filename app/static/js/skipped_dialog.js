// The list of files that are not in the index, each with its reason.
import { dialogTop } from "./dialog_top.js";
import { byId, element } from "./element.js";
import { readablePlace } from "./facts.js";
import { wordsFor } from "./failure_words.js";
import { say } from "./words.js";

const AT_ONCE = 100;

class SkippedDialog {
  #dialog = byId("skipped");
  #lead = element("p", { className: "panel-lead" });
  #list = element("ul", { className: "skipped-list" });
  #more = element("button", { type: "button", className: "button" }, say("more.show"));
  #service;
  #collection = null;
  #asked = 0; // looks so far: what an earlier one brings is not shown

  constructor(service) {
    this.#service = service;
    this.#more.addEventListener("click", () => this.#load());
    const body = element("div", { className: "panel-body", tabIndex: 0 }, this.#lead, this.#list, this.#more);
    this.#dialog.append(dialogTop(this.#dialog, "skipped-title", say("skipped.title")), body);
  }

  open(collection) {
    this.#collection = collection;
    this.#list.replaceChildren();
    this.#lead.textContent = say("skipped.wait");
    this.#more.hidden = true;
    this.#dialog.showModal();
    this.#load();
  }

  async #load() {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const { total, skipped } = await this.#service.skipped(this.#collection, this.#list.childElementCount, AT_ONCE);
      if (asked !== this.#asked) return;
      this.#list.append(...skipped.map((file) => this.#row(file)));
      this.#lead.textContent = say("skipped.lead", { count: total });
      this.#more.hidden = skipped.length === 0 || this.#list.childElementCount >= total;
    } catch (failure) {
      if (asked === this.#asked) this.#lead.textContent = say("skipped.failed", { reason: failure.detail || say("failure.unreachable") });
    }
  }

  #row({ uri, reason, code }) {
    return element("li", {},
      element("span", { className: "skipped-file", dir: "auto" }, readablePlace(uri)),
      element("span", { className: "skipped-reason", dir: "auto" }, reason || code));
  }
}

export function makeDialog({ service }) {
  return new SkippedDialog(service);
}
