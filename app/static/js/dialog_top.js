// The head that every dialog with a list has: a title and a button that closes it.
import { element } from "./element.js";
import { icon } from "./icon.js";
import { say } from "./words.js";

export function dialogTop(dialog, id, title) {
  const close = element("button", { type: "button", className: "round", ariaLabel: say("page.close") }, icon("close"));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
  return element("div", { className: "panel-top" }, element("h2", { id }, title), close);
}
