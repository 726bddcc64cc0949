// A failure in words where the pictures would be, with what to do next. Tries again by itself when that can help.
import { byId, element } from "./element.js";
import { icon } from "./icon.js";
import { copyText } from "./clipboard.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

function commandBox(command) {
  const copy = element("button", { type: "button", className: "round", ariaLabel: say("notice.copy") }, icon("copy", 20));
  copy.addEventListener("click", async () => toast(say((await copyText(command)) ? "notice.copied" : "page.no_copying")));
  return element("div", { className: "command" }, element("code", {}, command), copy);
}

export class Notice {
  #place = byId("notice");
  #actions;
  #timer = 0;
  #shown = "";

  /** `actions` has retry(), choosePicture() and startAgain(). */
  constructor(actions) {
    this.#actions = actions;
  }

  hide() {
    clearInterval(this.#timer);
    this.#place.hidden = true;
    this.#shown = "";
  }

  /** Show these words (of failure_words.js) and start the countdown to the next try, if they ask for one. */
  show(words) {
    const content = JSON.stringify([words.title, words.text, words.reason, words.command]);
    if (content !== this.#shown) this.#build(words);
    this.#shown = content;
    this.#place.hidden = false;
    this.#countDown(words);
  }

  #build(words) {
    const lines = [
      words.reason ? element("p", { className: "notice-reason" }, words.reason) : null,
      words.text ? element("p", {}, words.text) : null,
      words.command ? commandBox(words.command) : null,
    ];
    this.#place.replaceChildren(
      element("span", { className: "notice-icon" }, icon(words.icon, 32)),
      element("h2", {}, words.title),
      ...lines.filter(Boolean),
      element("p", { className: "notice-wait", hidden: true }),
      this.#buttons(words),
    );
  }

  #buttons({ choosePicture, startAgain, quiet, action }) {
    const made = element("div", { className: "notice-actions" });
    const add = (label, action, main) => {
      const one = element("button", { type: "button", className: main ? "button button-main" : "button" }, label);
      one.addEventListener("click", action);
      made.append(one);
    };
    if (choosePicture) add(say("notice.choose"), () => this.#actions.choosePicture(), true);
    else add(action ?? say(quiet ? "notice.look" : "notice.try"), () => this.#actions.retry(), true);
    if (startAgain || choosePicture) add(say("notice.start"), () => this.#actions.startAgain(), false);
    return made;
  }

  #countDown({ retry_s, quiet }) {
    clearInterval(this.#timer);
    const line = this.#place.querySelector(".notice-wait");
    line.hidden = !retry_s || Boolean(quiet);
    if (!retry_s) return;
    let left_s = retry_s;
    line.textContent = say("notice.wait", { left_s });
    this.#timer = setInterval(() => {
      left_s -= 1;
      line.textContent = left_s > 0 ? say("notice.wait", { left_s }) : say("notice.trying");
      if (left_s > 0) return;
      clearInterval(this.#timer);
      this.#actions.retry();
    }, 1000);
  }
}
