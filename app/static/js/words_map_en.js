// The words of the map in English.
export default {
  "map.again": "Try again",
  "map.closer": "Closer",
  "map.empty": "No pictures here yet",
  "map.empty_text": "The map will show them once there are some.",
  "map.farther": "Farther",
  "map.keys": "Arrow keys go from picture to picture, with Shift they move the map. Plus and minus go closer and farther, 0 shows everything. Enter opens the picture, S finds more like it, L lists the pictures in view.",
  "map.label": { one: "Map of {count} picture", other: "Map of {count} pictures: those that are alike lie together" },
  "map.list": "List the pictures in view",
  "map.list_rest": { one: "And one more; go closer to see it here.", other: "And {count} more; go closer to see them here." },
  "map.list_title": "Pictures in view",
  "map.lit": { one: "{count} result is lit", other: "{count} results are lit" },
  "map.none": "There is no map yet",
  "map.others": { one: "{count} other like it here", other: "{count} others like it here" },
  "map.show_lit": "Show them",
  "map.tools": "The map",
  "map.whole": "The whole map",
};
