// Where the service asks for a key: whoever was refused waits while the visitor signs in, and asks again. The dialog is loaded then.
import { brought } from "./on_demand.js";

const listeners = [];
let times = 0; // signed in since the page was loaded
let asking = null; // the promise of whether the visitor signs in
let isDeclined = false; // until the visitor presses something

document.addEventListener("click", ({ target }) => {
  if (target.closest("a, button")) isDeclined = false;
}, { capture: true });

/** Calls `listener()` whenever somebody has signed in. */
export function onEntrance(listener) {
  listeners.push(listener);
}

/** How often somebody has signed in. */
export function entrances() {
  return times;
}

/** Whether somebody has signed in since they had `before` times, or does so now. */
export async function entered(before) {
  return before !== times || (!isDeclined && signIn());
}

/** Ask for a key, of this role at least; once for all who wait. Resolves to whether there is one now. */
export function signIn(needed = null) {
  asking ??= ask(needed).finally(() => { asking = null; });
  return asking;
}

async function ask(needed) {
  const module = await brought(() => import("./sign_in.js"), { sheet: "dialogs", words: ["session"] });
  const isIn = Boolean(await module?.askForKey(needed));
  isDeclined = !isIn;
  if (!isIn) return false;
  times += 1;
  listeners.forEach((listener) => listener());
  return true;
}
