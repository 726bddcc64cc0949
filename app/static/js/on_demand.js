// Brings in what the first answer does not need, when it is opened: a module, its sheet, its words.
import { toast } from "./toast.js";
import { addWords, say } from "./words.js";

const asked = new Map(); // name → the promise of its sheet

/** Resolves once the sheet `name` of css/ holds. Rejects if it does not come; the next call tries again. */
export function styled(name) {
  if (!asked.has(name)) asked.set(name, link(name).catch((failure) => Promise.reject(asked.delete(name) && failure)));
  return asked.get(name);
}

function link(name) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = `static/css/${name}.css`;
  return new Promise((resolve, reject) => {
    sheet.onload = resolve;
    sheet.onerror = () => {
      sheet.remove();
      reject(new Error(`css/${name}.css did not come`));
    };
    document.head.append(sheet);
  });
}

/** The module that `load` imports, once its sheet and its parts of the words are there; null, with a word in passing, if they do not come. */
export async function brought(load, { sheet = null, words = [] }) {
  try {
    const [module] = await Promise.all([load(), sheet && styled(sheet), ...words.map(addWords)]);
    return module;
  } catch {
    toast(say("view.failed"));
    return null;
  }
}
