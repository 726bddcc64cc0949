// A small dialog that is made when it is asked, and gone when it is answered.
import { dialogTop } from "./dialog_top.js";
import { element } from "./element.js";

/** Resolves to what `build(close)` closes it with, false where the visitor closes it. `build` gives what stands under the title. */
export function modal({ id, title, className = "", build }) {
  const dialog = element("dialog", { className: `panel panel-small ${className}` });
  dialog.setAttribute("aria-labelledby", id);
  return new Promise((resolve) => {
    let answer = false;
    const close = (given) => {
      answer = given;
      dialog.close();
    };
    dialog.append(dialogTop(dialog, id, title), build(close));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
