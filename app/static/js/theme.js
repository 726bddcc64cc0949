// Light or dark: the system's choice until the visitor makes one, and again once both agree.
import { byId } from "./element.js";
import { icon } from "./icon.js";
import { say } from "./words.js";

const KEY = "sightline-theme"; // first_paint.js reads it too

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
    this.#button.addEventListener("click", () => this.#toggle());
    this.#system.addEventListener("change", () => this.#label());
    this.#label();
  }

  get #shown() {
    return document.documentElement.dataset.theme ?? (this.#system.matches ? "dark" : "light");
  }

  #toggle() {
    const wanted = this.#shown === "dark" ? "light" : "dark";
    const asSystem = (wanted === "dark") === this.#system.matches;
    if (asSystem) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = wanted;
    store(asSystem ? null : wanted);
    this.#label();
  }

  #label() {
    const other = this.#shown === "dark" ? "light" : "dark";
    const name = say(other === "dark" ? "theme.to_dark" : "theme.to_light");
    this.#button.setAttribute("aria-label", name);
    this.#button.title = name;
    this.#button.replaceChildren(icon(other === "dark" ? "moon" : "sun"));
  }
}
