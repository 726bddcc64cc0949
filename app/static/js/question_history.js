// What was asked before, kept in this browser only. Questions by a picture of the visitor's are not kept: the picture is not.

const SHELF = "sightline-history";
const KEPT = 60;

export class QuestionHistory {
  /** The questions, latest first: { link, words, collection, at_ms }. */
  get entries() {
    try {
      const kept = JSON.parse(localStorage.getItem(SHELF) ?? "[]");
      return Array.isArray(kept) ? kept.filter(({ link, words }) => typeof words === "string" && /^\?/.test(link)) : [];
    } catch {
      return [];
    }
  }

  /** Keep a question by its link. `replacesLast`: it is the same thought, further on. */
  keep({ link, words }, { replacesLast = false } = {}) {
    const before = replacesLast ? this.entries.slice(1) : this.entries;
    this.#write([{ link, words, at_ms: Date.now() }, ...before.filter((one) => one.link !== link)].slice(0, KEPT));
  }

  clear() {
    this.#write([]);
  }

  #write(entries) {
    try {
      if (entries.length) localStorage.setItem(SHELF, JSON.stringify(entries));
      else localStorage.removeItem(SHELF);
    } catch {
      // Storage is full or forbidden: there is no history then.
    }
  }
}
