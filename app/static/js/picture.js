// A picture of the visitor's, ready to be sent and shown as a preview. Large ones are made smaller here first:
// the model looks at a few hundred pixels, and a phone's photograph would travel for nothing.

const SEND_AS_IS_BYTES = 1_500_000;
const SENT_SIDE_PX = 1024;
const KEPT_SIDE_PX = 512;
const SHELF = "sightline-picture:";

const known = new Map(); // key → Picture, for the way back through the history

async function drawn(bitmap, side_px, type, quality) {
  const scale = Math.min(1, side_px / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

function asDataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

function fromDataUrl(url) {
  const [head, body] = url.split(",", 2);
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: head.slice(5).split(";")[0] });
}

export class Picture {
  /** `preview` is a data URL, or null for a file that the browser itself cannot show. */
  constructor(key, name, blob, preview) {
    this.key = key;
    this.name = name;
    this.blob = blob;
    this.preview = preview;
    this.kept = {}; // text of a crop ("" for the whole) → the id under which the service keeps what it looks like
  }

  /** The picture itself as a data URL, made once. */
  dataUrl() {
    this.sent ??= asDataUrl(this.blob);
    return this.sent;
  }

  /** A file that the browser cannot draw is sent as it is: the service then says what is wrong with it. */
  static async fromFile(file) {
    const key = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
    const bitmap = await createImageBitmap(file).catch(() => null);
    let blob = file;
    let preview = null;
    if (bitmap) {
      if (file.size > SEND_AS_IS_BYTES) blob = (await drawn(bitmap, SENT_SIDE_PX, "image/jpeg", 0.92)) ?? file;
      const kept = await drawn(bitmap, KEPT_SIDE_PX, "image/jpeg", 0.85);
      preview = kept ? await asDataUrl(kept) : null;
      bitmap.close();
    }
    const picture = new Picture(key, file.name || "picture", blob, preview);
    known.set(key, picture);
    keep(picture);
    return picture;
  }
}

function keep({ key, name, preview }) {
  if (!preview) return;
  try {
    sessionStorage.setItem(SHELF + key, JSON.stringify({ name, preview }));
  } catch {
    // The shelf is full or forbidden: the picture then lasts until the page is reloaded.
  }
}

/** The picture with this key, also after a reload (then as large as its preview); null when it is gone. */
export function recallPicture(key) {
  if (!key) return null;
  if (known.has(key)) return known.get(key);
  try {
    const { name, preview } = JSON.parse(sessionStorage.getItem(SHELF + key));
    const picture = new Picture(key, name, fromDataUrl(preview), preview);
    known.set(key, picture);
    return picture;
  } catch {
    return null;
  }
}
