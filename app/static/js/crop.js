// A part of a picture: its left upper corner and its size, as shares of the whole. A frozen value; knows no element.

export const SMALLEST = 0.04; // a share of less shows nothing to a model

function bounded(value, least, most) {
  return Math.round(Math.min(Math.max(value, least), most) * 1000) / 1000;
}

/** A part within the picture, of { x, y, width, height } or of its text; null for the whole picture and for what is no part. */
export function cropOf(given) {
  const [x, y, width, height] = typeof given === "string" ? given.split(",").map(Number) : [given?.x, given?.y, given?.width, given?.height];
  if (![x, y, width, height].every(Number.isFinite)) return null;
  const left = bounded(x, 0, 1 - SMALLEST);
  const top = bounded(y, 0, 1 - SMALLEST);
  const made = { x: left, y: top, width: bounded(width, SMALLEST, 1 - left), height: bounded(height, SMALLEST, 1 - top) };
  return made.width >= 0.995 && made.height >= 0.995 ? null : Object.freeze(made);
}

/** "0.1,0,0.5,1", or "" for the whole picture. */
export function cropText(crop) {
  return crop ? [crop.x, crop.y, crop.width, crop.height].join(",") : "";
}
