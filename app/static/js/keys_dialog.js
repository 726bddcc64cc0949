// The keys of the page: the list of them, and those that work everywhere.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { dialogTop } from "./skipped_dialog.js";

const KEYS = [
  [["/"], "Search"],
  [["Shift", "Enter"], "Keep the words as a term, and write another"],
  [["↓"], "From the search to the pictures"],
  [["←", "↑", "↓", "→"], "Move among the pictures, or to the next in the full view"],
  [["Enter"], "Open the picture"],
  [["S"], "More like this picture, as a new search"],
  [["+"], "More of this picture, in this search"],
  [["−"], "Less of this picture, in this search"],
  [["H"], "In the full view: where in the picture it is"],
  [["Esc"], "Close, or clear the search"],
  [["Ctrl", "V"], "Search by the picture on the clipboard"],
  [["F"], "Open or close the filters"],
  [["A"], "What was asked before"],
  [["?"], "Show these keys"],
];

function isWriting(target) {
  return target.matches?.("input:not([type=range]), textarea, select");
}

export class KeysDialog {
  #dialog = byId("keys");

  /** `actions`: what the keys do that work everywhere, besides "?". */
  constructor(actions) {
    const rows = KEYS.flatMap(([keys, meaning]) => [
      element("dt", {}, ...keys.map((key) => element("kbd", {}, key))),
      element("dd", {}, meaning),
    ]);
    const body = element("div", { className: "panel-body" }, element("dl", { className: "keys" }, ...rows));
    this.#dialog.append(dialogTop(this.#dialog, "keys-title", "Keys"), body);
    const opener = byId("keys-button");
    opener.append(icon("keys"));
    opener.addEventListener("click", () => this.#dialog.showModal());
    document.addEventListener("keydown", (event) => this.#pressed(event, { ...actions, "?": () => this.#dialog.showModal() }));
  }

  #pressed(event, actions) {
    if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
    if (document.querySelector("dialog[open]") || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }
}
