// The facts of one picture as rows of a definition list. Strangers' metadata stay text, whatever they hold.
import { element } from "./element.js";
import { number, say } from "./words.js";

const SIZES = ["B", "kB", "MB", "GB"];

/** A file size in the unit that reads best. */
export function readableSize(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < SIZES.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${number(size, { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${SIZES[unit]}`;
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
    ...row(say("viewer.facts_file"), place ? fileName(place) : unknown),
    ...row(say("viewer.facts_folder"), place ? folderName(place) : unknown),
    ...row(say("viewer.facts_size"), `${hit.width} × ${hit.height}`),
    ...row(say("viewer.facts_format"), [hit.format, typeof bytes === "number" ? readableSize(bytes) : null].filter(Boolean).join(", ") || unknown),
  ];
  if (typeof hit.score === "number") rows.unshift(...row(say("viewer.facts_score"), hit.score.toFixed(4), say("viewer.facts_score_title")));
  rows.push(...Object.entries(information?.tags ?? {}).flatMap(([name, value]) => row(name, readable(value), say("viewer.facts_tag", { name }))));
  rows.push(...Object.entries(hit.file_facts ?? {}).flatMap(fileFact));
  for (const [name, value] of Object.entries(hit.metadata ?? {})) rows.push(...row(name.replaceAll("_", " "), readable(value)));
  return rows;
}
