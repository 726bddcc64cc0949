// The words of the map in simplified Chinese.
export default {
  "map.again": "重试",
  "map.closer": "放大",
  "map.empty": "这里还没有图片",
  "map.empty_text": "有了图片之后，地图上就会显示它们。",
  "map.farther": "缩小",
  "map.keys": "方向键在图片之间移动，按住 Shift 则移动地图。加号和减号放大、缩小，0 显示全图。回车打开图片，S 查找相似图片，L 列出视野中的图片。",
  "map.label": { other: "{count} 张图片的地图，相似的图片在一起" },
  "map.list": "列出视野中的图片",
  "map.list_rest": { other: "还有 {count} 张，放大后可在此查看。" },
  "map.list_title": "视野中的图片",
  "map.lit": { other: "已标出 {count} 个结果" },
  "map.none": "还没有地图",
  "map.others": { other: "此处还有 {count} 张相似的图片" },
  "map.show_lit": "查看结果",
  "map.tools": "地图",
  "map.whole": "显示全图",
};
