// Speaks HTTP with the service for the map: what it has, its tiles with their pictures, and where pictures are.
import { Failure } from "./failure.js";
import { address, answerOf } from "./service.js";

export const MOST_PLACES = 500; // what the service tells at once

/** The picture as an ImageBitmap. Raises Failure. */
async function drawn(blob) {
  return createImageBitmap(blob).catch(() => {
    throw new Failure({ code: "unknown" });
  });
}

export class MapService {
  map(collection, signal) {
    return answerOf(address(`v1/collections/${encodeURIComponent(collection)}/map`), { signal });
  }

  /** A tile and its sheet of pictures: { tile, sheet }, the sheet as an ImageBitmap. */
  async tile(collection, { level, x, y, v }, signal) {
    const path = `v1/collections/${encodeURIComponent(collection)}/map/tiles/${level}/${x}/${y}`;
    const [tile, sheet] = await Promise.all([
      answerOf(address(path, { v }), { signal }),
      answerOf(address(`${path}/sheet`, { v }), { signal, read: (response) => response.blob() }),
    ]);
    return { tile, sheet: await drawn(sheet) };
  }

  /** A picture of the map, larger: an ImageBitmap. */
  picture(url, signal) {
    return answerOf(address(url), { signal, read: async (response) => drawn(await response.blob()) });
  }

  /** Where pictures are: id → { x, y }; those that the map does not show are left out. */
  async places(collection, ids, signal) {
    const url = address(`v1/collections/${encodeURIComponent(collection)}/map/places`, { id: ids.slice(0, MOST_PLACES) });
    const { places } = await answerOf(url, { signal });
    return new Map(places.map(({ id, x, y }) => [id, { x, y }]));
  }
}
