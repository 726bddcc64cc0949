// Speaks HTTP with the service for those who keep house. Knows no element of the page.
import { address, answerOf } from "./service.js";

const AGAIN_MS = 2000; // before a stream of events that broke off is asked for again

function bodyOf(body) {
  if (body === undefined || body instanceof FormData) return { body };
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** The events of a stream, as it comes: { id, data }. */
async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (waiting + value).split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
      if (fields.data) yield { id: fields.id, data: JSON.parse(fields.data) };
    }
  }
}

export class HouseService {
  /** What answerOf makes of the answer, whose options these are too. Raises Failure; an aborted request raises fetch's AbortError. */
  ask(path, { parameters, body, ...options } = {}) {
    return answerOf(address(path, parameters), { ...options, ...bodyOf(body) });
  }

  /** A collection's address, or that of something in it. */
  of(collection, part = "") {
    return `v1/collections/${encodeURIComponent(collection)}${part}`;
  }

  /** Calls `onEvent` with each event of a job until it has ended; goes on by itself where the stream breaks off. */
  async follow(jobId, onEvent, signal) {
    let last = "0";
    while (!signal.aborted) {
      try {
        const response = await fetch(address(`v1/jobs/${jobId}/events`), { headers: { "Last-Event-ID": last }, signal });
        if (response.status !== 200) return;
        for await (const { id, data } of eventsOf(response)) {
          last = id ?? last;
          onEvent(data);
          if (["done", "failed", "cancelled"].includes(data.state)) return;
        }
      } catch {
        if (signal.aborted) return;
      }
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
    }
  }
}
