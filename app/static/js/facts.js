// The facts of one picture as rows of a definition list. Strangers' metadata stay text, whatever they hold.
import { element } from "./element.js";

const SIZES = ["bytes", "kB", "MB", "GB"];

/** A file size in the unit that reads best. */
export function readableSize(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < SIZES.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${SIZES[unit]}`;
}

/** A file's address as people write it: a path without its scheme and percent signs; other addresses as they are. */
export function readablePlace(uri) {
  if (!uri.startsWith("file://")) return uri;
  try {
    return decodeURIComponent(uri.slice("file://".length));
  } catch {
    return uri; // a percent sign that stands for itself
  }
}

/** The last part of a place. */
export function fileName(place) {
  return place.split(/[\\/]/).pop() || place;
}

function folderName(place) {
  const folder = place.slice(0, place.length - fileName(place).length);
  return folder.length > 1 ? folder.replace(/[\\/]$/, "") : folder || "–";
}

function readable(value) {
  if (value === null || value === "") return "–";
  if (Array.isArray(value)) return value.map(readable).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function row(name, value, title = null) {
  return [element("dt", {}, name), element("dd", { dir: "auto", title }, value)];
}

/** "taken_at" as "taken", its time without the T between. */
function fileFact([name, value]) {
  const shown = /^\d{4}-\d\d-\d\dT/.test(value) ? String(value).replace("T", " ") : readable(value);
  return row(name.replace(/_at$/, "").replaceAll("_", " "), shown);
}

/** Rows for a hit; `information` (of /info) may still be under way: its rows then hold their place. */
export function factRows(hit, information) {
  const place = information?.uri ? readablePlace(information.uri) : null;
  const bytes = information?.size_bytes;
  const unknown = information ? "–" : "…";
  const rows = [
    ...row("File", place ? fileName(place) : unknown),
    ...row("Folder", place ? folderName(place) : unknown),
    ...row("Size", `${hit.width} × ${hit.height}`),
    ...row("Format", [hit.format, typeof bytes === "number" ? readableSize(bytes) : null].filter(Boolean).join(", ") || unknown),
  ];
  if (typeof hit.score === "number") rows.unshift(...row("Score", hit.score.toFixed(4), "Cosine of the angle between query and picture: 1 is the same"));
  rows.push(...Object.entries(information?.tags ?? {}).flatMap(([name, value]) => row(name, readable(value), `A tag of the set ${name}`)));
  rows.push(...Object.entries(hit.file_facts ?? {}).flatMap(fileFact));
  for (const [name, value] of Object.entries(hit.metadata ?? {})) rows.push(...row(name.replaceAll("_", " "), readable(value)));
  return rows;
}
