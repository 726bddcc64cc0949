// The buttons and keys of the page that open something. What they open is loaded then.
import { byId } from "./element.js";
import { icon } from "./icon.js";
import { brought } from "./on_demand.js";

/** name → a module with `makeDialog(page)`, which gives { open(…) }. */
const DIALOGS = {
  crop: () => import("./crop_dialog.js"),
  history: () => import("./history_dialog.js"),
  keys: () => import("./keys_dialog.js"),
  skipped: () => import("./skipped_dialog.js"),
};

const WORDS = { crop: ["crop"], keys: ["keys"], skipped: ["skipped", "failure"] };

function isWriting(target) {
  return target.matches?.("input:not([type=range]), textarea, select");
}

export class Openers {
  #page;
  #made = new Map();

  /** `keys`: what the keys do that work everywhere, besides those of the dialogs. */
  constructor(page, keys) {
    this.#page = page;
    const all = { ...keys, a: () => this.open("history"), "?": () => this.open("keys") };
    for (const [name, symbol] of [["history", "wait"], ["keys", "keys"]]) {
      byId(`${name}-button`).append(icon(symbol));
      byId(`${name}-button`).addEventListener("click", () => this.open(name));
    }
    document.addEventListener("keydown", (event) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector("dialog[open]") || !Object.hasOwn(all, event.key)) return;
      event.preventDefault();
      all[event.key]();
    });
  }

  async open(name, ...given) {
    if (!this.#made.has(name)) {
      const module = await brought(DIALOGS[name], { sheet: "dialogs", words: WORDS[name] });
      if (!module) return;
      if (!this.#made.has(name)) this.#made.set(name, module.makeDialog(this.#page)); // two presses may have waited
    }
    if (!document.querySelector("dialog[open]")) this.#made.get(name).open(...given);
  }
}
