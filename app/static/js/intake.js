// The ways a picture comes in: chosen, dropped, pasted. Hands the file on; never looks into it.
import { byId } from "./element.js";
import { icon } from "./icon.js";

/** The drag type under which a card of the grid carries its picture's id. */
export const CARD_TYPE = "application/x-sightline-picture";

function fileOf(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0] ?? null;
}

export class Intake {
  #onPicture;
  #onSimilar;
  #input = byId("file");
  #target = byId("drop");

  constructor({ onPicture, onSimilar }) {
    this.#onPicture = onPicture;
    this.#onSimilar = onSimilar;
    byId("pick").append(icon("picture"));
    byId("drop-icon").append(icon("picture", 52));
    byId("pick").addEventListener("click", () => this.choose());
    this.#input.addEventListener("change", () => this.#chosen());
    window.addEventListener("paste", (event) => this.#pasted(event));
    window.addEventListener("dragenter", (event) => this.#hovered(event));
    window.addEventListener("dragover", (event) => this.#hovered(event));
    window.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) this.#target.hidden = true;
    });
    window.addEventListener("drop", (event) => this.#dropped(event));
    window.addEventListener("dragend", () => { this.#target.hidden = true; });
  }

  choose() {
    this.#input.click();
  }

  #chosen() {
    const [file] = this.#input.files;
    this.#input.value = ""; // so that the same file can be chosen again
    if (file) this.#onPicture(file);
  }

  #pasted(event) {
    const file = fileOf(event.clipboardData);
    if (!file) return; // words: the field they go to takes them
    event.preventDefault();
    this.#onPicture(file);
  }

  #hovered(event) {
    const types = event.dataTransfer?.types ?? [];
    if (!types.includes("Files") && !types.includes(CARD_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#target.hidden = false;
  }

  #dropped(event) {
    this.#target.hidden = true;
    const id = event.dataTransfer?.getData(CARD_TYPE);
    const file = fileOf(event.dataTransfer);
    if (!id && !file) return;
    event.preventDefault();
    if (id) this.#onSimilar(id);
    else this.#onPicture(file);
  }
}
