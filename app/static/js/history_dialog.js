// The list of questions asked before, to ask again or to forget.
import { dialogTop } from "./dialog_top.js";
import { byId, element } from "./element.js";
import { say, time } from "./words.js";

const DAY_MS = 86_400_000;

function readableTime(at_ms) {
  const isRecent = Date.now() - at_ms < DAY_MS;
  return time(at_ms, isRecent ? { hour: "numeric", minute: "2-digit" } : { day: "numeric", month: "short" });
}

class HistoryDialog {
  #dialog = byId("history");
  #list = element("ul", { className: "history-list" });
  #lead = element("p", { className: "panel-lead" });
  #clear = element("button", { type: "button", className: "button" }, say("history.clear"));
  #history;

  /** `follow(link)` shows the view of a link. */
  constructor(history, follow) {
    this.#history = history;
    this.#clear.addEventListener("click", () => {
      history.clear();
      this.#fill();
      this.#dialog.querySelector("button").focus();
    });
    this.#list.addEventListener("click", (event) => {
      const entry = event.target.closest("a");
      if (!entry || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.#dialog.close();
      follow(entry.getAttribute("href"));
    });
    this.#dialog.append(dialogTop(this.#dialog, "history-title", say("history.title")), element("div", { className: "panel-body" }, this.#lead, this.#list, this.#clear));
  }

  open() {
    this.#fill();
    this.#dialog.showModal();
  }

  #fill() {
    const { entries } = this.#history;
    this.#lead.textContent = say(entries.length ? "history.kept" : "history.nothing");
    this.#clear.hidden = entries.length === 0;
    this.#list.hidden = entries.length === 0;
    this.#list.replaceChildren(...entries.map(({ link, words, at_ms }) => {
      const asked = element("span", { className: "history-time" }, readableTime(at_ms));
      return element("li", {}, element("a", { href: link }, element("span", { className: "history-words", dir: "auto" }, words), asked));
    }));
  }
}

export function makeDialog(page) {
  return new HistoryDialog(page.asked, (link) => page.follow(link));
}
