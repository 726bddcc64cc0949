// The switch to the other language, by its own name. The page is loaded anew: all of it is in the address.
import { byId } from "./element.js";
import { language } from "./words.js";

const KEY = "sightline-language"; // first_paint.js reads it too
const OTHERS = { en: { name: "中文", code: "zh", lang: "zh-Hans" }, zh: { name: "English", code: "en", lang: "en" } };

export class LanguageSwitch {
  #button = byId("language");

  constructor() {
    const { name, code, lang } = OTHERS[language];
    this.#button.textContent = name;
    this.#button.lang = lang;
    this.#button.addEventListener("click", () => this.#switchTo(code));
    if (!history.state?.switched) return;
    history.replaceState({ ...history.state, switched: false }, "");
    this.#button.focus({ preventScroll: true });
  }

  #switchTo(code) {
    try {
      localStorage.setItem(KEY, code);
    } catch {
      return; // storage is forbidden: the browser's language stays
    }
    history.replaceState({ ...history.state, switched: true }, "");
    location.reload();
  }
}
