// A short word in passing ("Link copied"). For what must not be missed there is the notice.
import { byId } from "./element.js";

const SHOWN_MS = 2600;
let timer = 0;

export function toast(text) {
  const place = byId("toast");
  clearTimeout(timer);
  place.textContent = text;
  place.hidePopover();
  place.showPopover();
  timer = setTimeout(() => place.hidePopover(), SHOWN_MS);
}
