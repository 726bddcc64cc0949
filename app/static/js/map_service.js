// Speaks HTTP with the service for the map: what it has, its tiles with their pictures, and where pictures are.
import { Failure } from "./failure.js";
import { address, failureOf } from "./service.js";

const PATIENCE_MS = 30_000;
const MOST_PLACES = 500; // what the service tells at once

/** The picture as an ImageBitmap. Raises Failure. */
async function drawn(blob) {
  return createImageBitmap(blob).catch(() => {
    throw new Failure({ code: "unknown" });
  });
}

export class MapService {
  /** The answer, as `read` makes it. Raises Failure; an aborted request raises the AbortError of fetch. */
  async #ask(url, signal, read = (response) => response.json()) {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, patience]) : patience });
      if (!response.ok) throw await failureOf(response);
      return await read(response);
    } catch (error) {
      if (error instanceof Failure || signal?.aborted) throw error;
      throw new Failure({ code: patience.aborted ? "too_slow" : "unreachable" });
    }
  }

  map(collection, signal) {
    return this.#ask(address(`v1/collections/${encodeURIComponent(collection)}/map`), signal);
  }

  /** A tile and its sheet of pictures: { tile, sheet }, the sheet as an ImageBitmap. */
  async tile(collection, { level, x, y, v }, signal) {
    const path = `v1/collections/${encodeURIComponent(collection)}/map/tiles/${level}/${x}/${y}`;
    const [tile, sheet] = await Promise.all([
      this.#ask(address(path, { v }), signal),
      this.#ask(address(`${path}/sheet`, { v }), signal, (response) => response.blob()),
    ]);
    return { tile, sheet: await drawn(sheet) };
  }

  /** A picture of the map, larger: an ImageBitmap. */
  picture(url, signal) {
    return this.#ask(address(url), signal, async (response) => drawn(await response.blob()));
  }

  /** Where pictures are: id → { x, y }; those that the map does not show are left out. */
  async places(collection, ids, signal) {
    const url = address(`v1/collections/${encodeURIComponent(collection)}/map/places`, { id: ids.slice(0, MOST_PLACES) });
    const { places } = await this.#ask(url, signal);
    return new Map(places.map(({ id, x, y }) => [id, { x, y }]));
  }
}
