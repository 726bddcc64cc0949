// Signing in: asks for a key, and changes it for a session, which a cookie stands for. Keeps no key.
import { element } from "./element.js";
import { Failure } from "./failure.js";
import { modal } from "./modal.js";
import { address, answerOf } from "./service.js";
import { say } from "./words.js";

const KEY = /^[\x21-\x7e]+$/; // what a header can hold
const ROLES = ["search", "write", "admin"]; // each opens what those before it open
const ROLE_WORDS = { search: "session.role_search", write: "session.role_write", admin: "session.role_admin" };

function ask(path, options) {
  return answerOf(address(path), { ...options, isSigningIn: true });
}

/** Words for why a key is not taken; nothing where it is. */
async function refusal(key, needed) {
  if (!KEY.test(key)) return say("session.no_key");
  const headers = { Authorization: `Bearer ${key}` };
  try {
    if (needed) {
      const { role } = await ask("v1/caller", { headers }); // before it takes the place of another
      if (ROLES.indexOf(role) < ROLES.indexOf(needed)) return say("session.too_low", { role: say(ROLE_WORDS[role]) });
    }
    await ask("v1/session", { method: "POST", headers });
    const caller = await ask("v1/caller").catch((failure) => (failure.code === "key_needed" ? {} : Promise.reject(failure)));
    return caller.key || caller.role === "admin" ? "" : say("session.no_cookie");
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return failure.code === "key_wrong" ? say("session.wrong") : failure.detail || say("session.unreachable");
  }
}

/** Ask for a key that opens what the role `needed` opens, or anything. Resolves to whether the visitor is signed in with one. */
export function askForKey(needed) {
  const why = needed ? say("session.more", { role: say(ROLE_WORDS[needed]) }) : say("session.why");
  const build = (close) => {
    const input = element("input", {
      id: "sign-in-key", type: "password", autocomplete: "current-password", required: true, spellcheck: false, autofocus: true,
    });
    input.setAttribute("aria-describedby", "sign-in-hint");
    const wrong = element("p", { className: "sign-in-wrong", role: "alert" });
    const send = element("button", { className: "button button-main" }, say("session.sign_in"));
    const no = element("button", { type: "button", className: "button" }, say("session.not_now"));
    no.addEventListener("click", () => close(false));
    const form = element("form", { className: "panel-body sign-in" },
      element("p", {}, why),
      element("div", {},
        element("label", { htmlFor: "sign-in-key" }, say("session.key")), input,
        element("p", { className: "sign-in-hint", id: "sign-in-hint" }, say("session.lasts"))),
      wrong, element("div", { className: "sign-in-foot" }, send, no));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.ariaBusy === "true") return;
      form.ariaBusy = "true";
      wrong.textContent = "";
      const words = await refusal(input.value.trim(), needed);
      form.ariaBusy = "false";
      if (!words) {
        close(true);
        return;
      }
      wrong.textContent = words;
      input.setAttribute("aria-invalid", "true");
      input.select();
    });
    return form;
  };
  return modal({ id: "sign-in-title", title: say("session.title"), build });
}
