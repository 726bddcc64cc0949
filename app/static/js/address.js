// The address bar: a view of the page to and from a URL and its history entry. Decides nothing about what is shown.
import { EVEN_BALANCE, isCombined, makeQuestion } from "./question.js";
import { recallPicture } from "./picture.js";

function balanceFrom(text) {
  const balance = Number.parseFloat(text ?? "");
  return balance >= 0.1 && balance <= 0.9 ? balance : EVEN_BALANCE;
}

export class Address {
  /** The collection that goes without saying, and so is left out of links. */
  plainCollection = null;

  /** The relative link to a view: a question, and the id of the picture open in the full view. */
  linkTo(question, open = null) {
    const parameters = new URLSearchParams();
    if (question.words) parameters.set("q", question.words);
    if (question.similar) parameters.set("similar", question.similar);
    if (isCombined(question) && question.balance !== EVEN_BALANCE) parameters.set("balance", question.balance);
    if (question.collection && question.collection !== this.plainCollection) parameters.set("collection", question.collection);
    if (open) parameters.set("open", open);
    const query = parameters.toString();
    return query ? `?${query}` : location.pathname;
  }

  /** The view that the address bar names: { question, open }. */
  read() {
    const parameters = new URLSearchParams(location.search);
    const question = makeQuestion({
      words: parameters.get("q") ?? "",
      similar: parameters.get("similar"),
      picture: recallPicture(history.state?.picture),
      balance: balanceFrom(parameters.get("balance")),
      collection: parameters.get("collection") ?? this.plainCollection,
    });
    return { question, open: parameters.get("open") };
  }

  /** Write a view as a new entry of the history. `opened`: closing the full view steps back to the entry before. */
  push({ question, open = null }, { opened = false } = {}) {
    history.pushState({ picture: question.picture?.key ?? null, opened, y: opened ? window.scrollY : 0 }, "", this.linkTo(question, open));
  }

  /** Write a view over the present entry. */
  replace({ question, open = null }) {
    history.replaceState({ ...history.state, picture: question.picture?.key ?? null }, "", this.linkTo(question, open));
  }

  /** Keep how far down the visitor is and how many pictures were asked for, for the way back and for a reload. */
  rememberPlace(y, k) {
    history.replaceState({ ...history.state, y, k }, "");
  }

  get place() {
    return { y: history.state?.y ?? 0, k: history.state?.k ?? null };
  }

  get openedHere() {
    return history.state?.opened === true;
  }
}
