// Files that were dropped or chosen, folders opened, each with its path and the id under which it is put. Reads no file.

// What the service can read, for files whose kind the browser does not know.
const PICTURES = /\.(jpe?g|png|webp|gif|bmp|tiff?|heic|heif|avif|jxl|jp2|ppm|pgm)$/i;
const ID = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;
const LONGEST = 50; // of a readable part, so that the mark behind it has room

function isPicture(file) {
  return file.type.startsWith("image/") ? file.type !== "image/svg+xml" : PICTURES.test(file.name);
}

/** 53 bits of a text as letters and digits: apart for any two paths that people have (two of MurmurHash's mixers). */
function mark(text) {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}

/** The id of a path: the path itself where it can be one, otherwise what of it can be read and a mark of the whole; always the same. */
export function idOf(path) {
  const whole = path.normalize("NFC"); // disks write one name in several ways
  if (ID.test(whole)) return whole;
  const readable = whole.normalize("NFKD").replace(/[^A-Za-z0-9._~]+/g, "-").slice(-LONGEST).replace(/^[^A-Za-z0-9]+/, "");
  return `${readable || "picture"}-${mark(whole)}`;
}

/** { pictures: [{ path, file }], others }: the pictures among files, and how many others were left out. */
function sorted(found) {
  const named = found.filter(({ file }) => !file.name.startsWith("."));
  const pictures = named.filter(({ file }) => isPicture(file));
  return { pictures, others: named.length - pictures.length };
}

export function chosen(files) {
  return sorted([...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

function entriesOf(reader) {
  return new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
}

async function opened(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) return [{ path, file: await new Promise((resolve, reject) => { entry.file(resolve, reject); }) }];
  const found = [];
  const reader = entry.createReader();
  for (let some = await entriesOf(reader); some.length > 0; some = await entriesOf(reader)) { // a hundred at a time
    for (const one of some) found.push(...(await opened(one).catch(() => [])));
  }
  return found;
}

/** What was dropped; to be called while the drop is being heard. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return chosen(transfer.files);
  return sorted((await Promise.all(entries.map((entry) => opened(entry).catch(() => [])))).flat());
}
