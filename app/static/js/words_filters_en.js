// Filters, in English.
export default {
  "filters.apply": "Apply",
  "filters.at_letter": "At letter {column}: {detail}",
  "filters.clear": "Clear filters",
  "filters.none": "No field of these pictures has a few values to choose from. A rule can still name any field.",
  "filters.rest": { one: "and {count} more", other: "and {count} more" },
  "filters.rule": "Rule",
  "filters.uncounted": "The values could not be counted.",
  "filters.uncounted_for": "The values could not be counted: {reason}",
};
