// Whoever has signed in, at the foot of the page, with the way out. Sees to it that pictures come again when they sign in anew.
import { byId, element } from "./element.js";
import { Failure } from "./failure.js";
import { address, answerOf } from "./service.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const KEPT_AS = "sightline-signed-in"; // that somebody has (page.js reads it); what opens is in a cookie that no script sees
const DOUBT_MS = 2000; // between two looks whether pictures stay away because the session has ended

const leave = element("button", { type: "button", className: "quiet", id: "sign-out", hidden: true }, say("session.sign_out"));
leave.addEventListener("click", () => signOut());
byId("language").before(leave);

let hasLost = false; // pictures that did not come
let looked_ms = -DOUBT_MS;
let waiting = 0; // a look that is to come

function look() {
  waiting = 0;
  looked_ms = performance.now();
  answerOf(address("v1/caller")).catch(() => {}); // asks for a key, if that is the reason
}

document.addEventListener("error", ({ target }) => {
  if (target.tagName !== "IMG" || leave.hidden) return;
  hasLost = true;
  waiting ||= setTimeout(look, looked_ms + DOUBT_MS - performance.now());
}, { capture: true });

function remember(isIn) {
  try {
    if (isIn) localStorage.setItem(KEPT_AS, "");
    else localStorage.removeItem(KEPT_AS);
  } catch {
    // Then only the page on which somebody signs in offers to sign out.
  }
}

/** Show who has signed in, if somebody still has; `again()` asks for what is shown once more. */
export async function showAccount(again) {
  if (hasLost) again();
  hasLost = false;
  const caller = await answerOf(address("v1/caller"), { isSigningIn: true }).catch((failure) => failure);
  if (caller instanceof Error && caller.code !== "key_needed") return; // the service is away: the next page will see
  const { key = null } = caller;
  remember(key);
  leave.hidden = !key;
  if (key) leave.title = say("session.as", { name: key.name || key.id });
}

/** End the session, and begin anew: nothing that it has shown stays on the page. */
export async function signOut() {
  try {
    await answerOf(address("v1/session"), { method: "DELETE", read: () => null });
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    toast(failure.detail || say("session.unreachable"));
    return;
  }
  remember(false);
  location.replace(new URL(".", document.baseURI));
}
