// Justified rows: boxes of given proportions fill a width exactly. Pure arithmetic; touches no element.

const NARROWEST = 0.45; // pictures beyond these proportions are cropped in the grid, never in the full view
const WIDEST = 3;

export function proportion({ width, height }) {
  const ratio = width > 0 && height > 0 ? width / height : 1;
  return Math.min(Math.max(ratio, NARROWEST), WIDEST);
}

/** The height a row should have in a grid this wide, and the gap between its pictures. */
export function measuresFor(width_px) {
  if (width_px < 560) return { height: 148, gap: 4 };
  if (width_px < 1000) return { height: 190, gap: 8 };
  return { height: width_px < 1700 ? 220 : 250, gap: 10 };
}

function rowHeight(sum, count, width, gap) {
  return (width - gap * (count - 1)) / sum;
}

/** Boxes of one row: whole pixels, the last one ends exactly at `width` when the row is full. */
function placeRow(ratios, y, height, width, gap, full) {
  let edge = 0;
  return ratios.map((ratio, index) => {
    const x = Math.round(edge);
    edge += ratio * height + gap;
    const end = full && index === ratios.length - 1 ? width : Math.round(edge - gap);
    return { x, y, width: end - x, height: Math.round(height) };
  });
}

/** As justify, with `above` boxes (or -1: all of them) over a line of its own that is `line_px` high; `line` is its y, or null. */
export function justifyAroundLine(ratios, width, measures, above, line_px) {
  const upper = justify(above < 0 ? ratios : ratios.slice(0, above), width, measures);
  if (above < 0) return { ...upper, line: null };
  const lower = justify(ratios.slice(above), width, measures);
  const line = above > 0 ? upper.height + measures.gap : 0;
  const boxes = lower.boxes.map((box) => ({ ...box, y: box.y + line + line_px }));
  return { boxes: [...upper.boxes, ...boxes], complete: above + lower.complete, line };
}

/** { boxes, complete, height }: one box a ratio; `complete` counts the boxes in rows that are final.
 *  Those depend on what came before only, so more pictures never move the ones already placed. */
export function justify(ratios, width, { height, gap }) {
  const boxes = [];
  let row = [];
  let sum = 0;
  let y = 0;
  const close = (full) => {
    const natural = rowHeight(sum, row.length, width, gap);
    const used = full ? natural : Math.min(natural, height);
    boxes.push(...placeRow(row, y, used, width, gap, full));
    y += Math.round(used) + gap;
    row = [];
    sum = 0;
  };
  for (const ratio of ratios) {
    const now = row.length ? rowHeight(sum, row.length, width, gap) : Infinity;
    const then = rowHeight(sum + ratio, row.length + 1, width, gap);
    if (now < height * 1.35 && height - then > now - height) close(true);
    row.push(ratio);
    sum += ratio;
    if (rowHeight(sum, row.length, width, gap) <= height) close(true);
  }
  const complete = boxes.length;
  if (row.length) close(rowHeight(sum, row.length, width, gap) <= height * 1.15);
  return { boxes, complete, height: Math.max(0, y - gap) };
}
