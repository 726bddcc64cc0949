// Skipped files, in English.
export default {
  "skipped.failed": "The list did not come: {reason}.",
  "skipped.lead": { one: "{count} file is not in the index, for these reasons.", other: "{count} files are not in the index, for these reasons." },
  "skipped.title": "Skipped files",
  "skipped.wait": "One moment…",
};
