// The tool that takes a part of a picture: a box over it, drawn and moved by pointer or by keys. Hands on the part, as shares.
import { cropOf, cropText, SMALLEST } from "./crop.js";
import { dialogTop } from "./dialog_top.js";
import { byId, element } from "./element.js";
import { imageUrl, thumbnailUrl } from "./service.js";
import { number, say } from "./words.js";

const STEP = 0.02;
const FIRST = { x: 0.2, y: 0.2, width: 0.6, height: 0.6 };
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CORNERS = ["nw", "ne", "sw", "se"];

function between(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

/** The box between two points. */
function spanned(one, other) {
  const [left, right] = [one.x, other.x].map((x) => between(x, 0, 1)).sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].map((y) => between(y, 0, 1)).sort((a, b) => a - b);
  const x = Math.min(left, 1 - SMALLEST);
  const y = Math.min(top, 1 - SMALLEST);
  return { x, y, width: Math.max(right - x, SMALLEST), height: Math.max(bottom - y, SMALLEST) };
}

function moved(box, x, y) {
  return { ...box, x: between(x, 0, 1 - box.width), y: between(y, 0, 1 - box.height) };
}

class CropDialog {
  #dialog = byId("crop");
  #image = element("img", { alt: "", draggable: false });
  #handle = element("button", { type: "button", className: "crop-box" }, ...CORNERS.map((corner) => element("span", { className: `crop-${corner}` })));
  #stage = element("div", { className: "crop-stage" }, this.#image, this.#handle);
  #whole = element("button", { type: "button", className: "button" }, say("crop.whole"));
  #take = element("button", { type: "button", className: "button button-main" }, say("crop.take"));
  #box = FIRST;
  #taken = null;

  constructor() {
    const hint = element("p", { className: "panel-lead", id: "crop-hint" }, say("crop.hint"));
    this.#handle.setAttribute("aria-describedby", "crop-hint");
    const foot = element("div", { className: "crop-foot" }, this.#whole, this.#take);
    const body = element("div", { className: "panel-body" }, hint, element("div", { className: "crop-room" }, this.#stage), foot);
    this.#dialog.append(dialogTop(this.#dialog, "crop-title", say("crop.title")), body);
    this.#take.addEventListener("click", () => this.#done(cropOf(this.#box)));
    this.#whole.addEventListener("click", () => this.#done(null));
    this.#handle.addEventListener("keydown", (event) => this.#pressed(event));
    this.#stage.addEventListener("pointerdown", (event) => this.#grasped(event));
  }

  /** Show the picture of a term; `taken(crop)` is called with the part, or null for the whole picture, unless that is so already. */
  open({ picture, id, crop }, collection, taken) {
    this.#taken = (chosen) => cropText(chosen) === cropText(crop) || taken(chosen);
    this.#image.onerror = () => {
      this.#image.onerror = null; // a file that only the service can read
      if (id) this.#image.src = thumbnailUrl(id, collection);
    };
    this.#image.src = id ? imageUrl(id, collection) : picture.preview ?? "";
    this.#whole.hidden = !crop;
    this.#show(crop ?? FIRST);
    this.#dialog.showModal();
    this.#handle.focus();
  }

  #done(crop) {
    this.#dialog.close();
    this.#taken(crop);
  }

  #show(box) {
    this.#box = box;
    for (const [side, value] of [["left", box.x], ["top", box.y], ["width", box.width], ["height", box.height]]) {
      this.#handle.style[side] = `${value * 100}%`;
    }
    const shares = Object.fromEntries(Object.entries(box).map(([name, value]) => [name, number(value, { style: "percent" })]));
    this.#handle.setAttribute("aria-label", say("crop.box", shares));
  }

  #pressed(event) {
    const direction = KEYS[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      this.#take.click();
    }
    if (!direction || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const [x, y] = direction.map((one) => one * STEP);
    const box = this.#box;
    if (event.shiftKey) {
      const width = between(box.width + x, SMALLEST, 1 - box.x);
      this.#show({ ...box, width, height: between(box.height + y, SMALLEST, 1 - box.y) });
    } else this.#show(moved(box, box.x + x, box.y + y));
  }

  /** A corner is drawn, the box is moved, or a new one begins where the pointer is. */
  #grasped(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.#handle.focus();
    const start = this.#place(event);
    const box = this.#box;
    const corner = /crop-(n|s)(w|e)/.exec(event.target.className);
    const fixed = corner && { x: corner[2] === "w" ? box.x + box.width : box.x, y: corner[1] === "n" ? box.y + box.height : box.y };
    const isMoving = !corner && event.target === this.#handle;
    const follow = (moving) => {
      const at = this.#place(moving);
      this.#show(isMoving ? moved(box, box.x + at.x - start.x, box.y + at.y - start.y) : spanned(fixed ?? start, at));
    };
    this.#stage.setPointerCapture(event.pointerId);
    this.#stage.addEventListener("pointermove", follow);
    for (const end of ["pointerup", "pointercancel"]) {
      this.#stage.addEventListener(end, () => this.#stage.removeEventListener("pointermove", follow), { once: true });
    }
  }

  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  }
}

export function makeDialog() {
  return new CropDialog();
}
