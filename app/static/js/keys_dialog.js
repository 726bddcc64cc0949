// The list of the page's keys.
import { dialogTop } from "./dialog_top.js";
import { byId, element } from "./element.js";

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

class KeysDialog {
  #dialog = byId("keys");

  constructor() {
    const rows = KEYS.flatMap(([keys, meaning]) => [
      element("dt", {}, ...keys.map((key) => element("kbd", {}, key))),
      element("dd", {}, meaning),
    ]);
    const body = element("div", { className: "panel-body", tabIndex: 0 }, element("dl", { className: "keys" }, ...rows));
    this.#dialog.append(dialogTop(this.#dialog, "keys-title", "Keys"), body);
  }

  open() {
    this.#dialog.showModal();
  }
}

export function makeDialog() {
  return new KeysDialog();
}
