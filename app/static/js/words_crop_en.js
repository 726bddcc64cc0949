// The tool for a part of a picture, in English.
export default {
  "crop.box": "The part: {width} wide and {height} high, {x} from the left and {y} from the top",
  "crop.hint": "Draw a box, or move it and its corners. Arrow keys move it; with Shift they change its size.",
  "crop.take": "Search by this part",
  "crop.title": "A part of the picture",
  "crop.whole": "The whole picture",
};
