// The list of keys, in English.
export default {
  "keys.dislike": "Less of this picture, in this search",
  "keys.down": "From the search to the pictures",
  "keys.escape": "Close, or clear the search",
  "keys.filters": "Open or close the filters",
  "keys.help": "Show these keys",
  "keys.history": "What was asked before",
  "keys.like": "More of this picture, in this search",
  "keys.move": "Move among the pictures, or to the next in the full view",
  "keys.open": "Open the picture",
  "keys.paste": "Search by the picture on the clipboard",
  "keys.search": "Search",
  "keys.similar": "More like this picture, as a new search",
  "keys.term": "Keep the words as a term, and write another",
  "keys.title": "Keys",
  "keys.where": "In the full view: where in the picture it is",
};
