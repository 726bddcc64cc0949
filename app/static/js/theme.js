// Light, dark, or as the system is: one button that goes round.
import { byId } from "./element.js";
import { icon } from "./icon.js";
import { say } from "./words.js";

const KEY = "sightline-theme"; // first_paint.js reads it too
const NAMES = { light: "theme.to_light", dark: "theme.to_dark", system: "theme.to_system" };
const ICONS = { light: "sun", dark: "moon", system: "system" };

function store(theme) {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}

export class Theme {
  #button = byId("theme");
  #system = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    this.#button.addEventListener("click", () => this.#choose(this.#next));
    this.#system.addEventListener("change", () => this.#label());
    this.#label();
  }

  /** First the other theme than the system's, then the system's own for good, then whatever the system says. */
  get #next() {
    const [own, other] = this.#system.matches ? ["dark", "light"] : ["light", "dark"];
    const { theme } = document.documentElement.dataset;
    return theme === other ? own : theme === own ? "system" : other;
  }

  #choose(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    store(theme === "system" ? null : theme);
    this.#label();
  }

  #label() {
    const name = say(NAMES[this.#next]);
    this.#button.setAttribute("aria-label", name);
    this.#button.title = name;
    this.#button.replaceChildren(icon(ICONS[this.#next]));
  }
}
