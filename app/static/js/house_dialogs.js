// What is asked before something is done: whether it shall be.
import { element } from "./element.js";
import { button } from "./house_parts.js";
import { modal } from "./modal.js";
import { say } from "./words.js";

/** Whether the visitor wants what these lines say. */
export function confirmed({ title, lines, action, isDanger = false }) {
  const build = (close) => {
    const no = button(say("house.cancel"), () => close(false));
    no.autofocus = true;
    return element("div", { className: "panel-body" },
      ...lines.map((line) => element("p", {}, line)),
      element("div", { className: "house-actions" }, button(action, () => close(true), isDanger ? "button button-danger" : "button button-main"), no));
  };
  return modal({ id: "house-dialog-title", title, className: "house-dialog", build });
}
