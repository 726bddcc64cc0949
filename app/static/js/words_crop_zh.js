// The tool for a part of a picture, in simplified Chinese.
export default {
  "crop.box": "选取的部分：宽 {width}，高 {height}，距左边 {x}，距上边 {y}",
  "crop.hint": "画一个框，或拖动框和它的四角。方向键移动框，按住 Shift 则改变大小。",
  "crop.take": "按这一部分搜索",
  "crop.title": "截取图片的一部分",
  "crop.whole": "整张图片",
};
