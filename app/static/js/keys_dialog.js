// The list of the page's keys.
import { dialogTop } from "./dialog_top.js";
import { byId, element } from "./element.js";
import { say } from "./words.js";

const KEYS = [
  [["/"], "keys.search"],
  [["Shift", "Enter"], "keys.term"],
  [["↓"], "keys.down"],
  [["←", "↑", "↓", "→"], "keys.move"],
  [["Enter"], "keys.open"],
  [["S"], "keys.similar"],
  [["+"], "keys.like"],
  [["−"], "keys.dislike"],
  [["H"], "keys.where"],
  [["Esc"], "keys.escape"],
  [["Ctrl", "V"], "keys.paste"],
  [["F"], "keys.filters"],
  [["A"], "keys.history"],
  [["?"], "keys.help"],
  [["Shift", "←", "↑", "↓", "→"], "keys.map_move"],
  [["+", "−"], "keys.map_zoom"],
  [["0"], "keys.map_whole"],
  [["L"], "keys.map_list"],
];

class KeysDialog {
  #dialog = byId("keys");

  constructor() {
    const rows = KEYS.flatMap(([keys, meaning]) => [
      element("dt", {}, ...keys.map((key) => element("kbd", {}, key))),
      element("dd", {}, say(meaning)),
    ]);
    const body = element("div", { className: "panel-body", tabIndex: 0 }, element("dl", { className: "keys" }, ...rows));
    this.#dialog.append(dialogTop(this.#dialog, "keys-title", say("keys.title")), body);
  }

  open() {
    this.#dialog.showModal();
  }
}

export function makeDialog() {
  return new KeysDialog();
}
