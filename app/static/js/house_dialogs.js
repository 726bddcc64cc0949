// What is asked before something is done: whether it shall be, and for a key.
import { dialogTop } from "./dialog_top.js";
import { element } from "./element.js";
import { Failure } from "./failure.js";
import { button, field } from "./house_parts.js";
import { say } from "./words.js";

const KEPT_AS = "sightline-key"; // in this tab, until it is closed
const KEY = /^[\x21-\x7e]+$/; // what a header can hold

/** The key that the tab keeps; null for none, and where a tab may keep nothing. */
function kept() {
  try {
    return sessionStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

/** Keep a key, or none. Where a tab may keep nothing, it lasts until the page is left. */
function keep(key) {
  try {
    if (key) sessionStorage.setItem(KEPT_AS, key);
    else sessionStorage.removeItem(KEPT_AS);
  } catch {
    // The key goes along all the same.
  }
}

function open(title, build) {
  const dialog = element("dialog", { className: "panel panel-small house-dialog" });
  dialog.setAttribute("aria-labelledby", "house-dialog-title");
  return new Promise((resolve) => {
    let answer = false;
    const close = (given) => {
      answer = given;
      dialog.close();
    };
    dialog.append(dialogTop(dialog, "house-dialog-title", title), build(close));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Whether the visitor wants what these lines say. */
export function confirmed({ title, lines, action, isDanger = false }) {
  return open(title, (close) => {
    const no = button(say("house.cancel"), () => close(false));
    no.autofocus = true;
    return element("div", { className: "panel-body" },
      ...lines.map((line) => element("p", {}, line)),
      element("div", { className: "house-actions" }, button(action, () => close(true), isDanger ? "button button-danger" : "button button-main"), no));
  });
}

export class KeyDesk {
  #service;

  constructor(service) {
    this.#service = service;
    service.key = kept();
  }

  forget() {
    keep(null);
    this.#service.key = null;
  }

  /** Whether a failure is about who asks. */
  concerns({ code }) {
    return ["key_needed", "key_wrong", "role_too_low"].includes(code);
  }

  /** Ask for a key, and keep one that opens something. `failure` says why. */
  ask(failure = null) {
    return open(say("house.key_title"), (close) => {
      const input = element("input", { type: "password", autocomplete: "off", required: true, spellcheck: false, autofocus: true });
      const wrong = element("p", { className: "house-wrong", role: "alert" });
      const form = element("form", { className: "panel-body" },
        element("p", {}, failure?.code === "role_too_low" ? say("house.key_more") : say("house.key_why")),
        field(say("house.key_field"), input, say("house.key_kept")), wrong,
        element("div", { className: "house-actions" },
          element("button", { className: "button button-main" }, say("house.key_use")), button(say("house.cancel"), () => close(false))));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        wrong.textContent = await this.#try(input.value.trim());
        if (wrong.textContent) input.select();
        else close(true);
      });
      return form;
    });
  }

  /** Keep a key if it opens something; otherwise the words for why not. */
  async #try(key) {
    if (!KEY.test(key)) return say("house.key_no_text");
    const before = this.#service.key;
    this.#service.key = key;
    try {
      await this.#service.ask("v1/caller");
      keep(key);
      return "";
    } catch (failure) {
      this.#service.key = before;
      if (!(failure instanceof Failure)) throw failure;
      return failure.code === "key_wrong" ? say("house.key_wrong") : failure.detail || say("failure.unreachable");
    }
  }
}
