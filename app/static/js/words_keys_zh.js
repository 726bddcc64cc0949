// The list of keys, in simplified Chinese.
export default {
  "keys.dislike": "在当前搜索中少找这样的",
  "keys.down": "从搜索框到图片",
  "keys.escape": "关闭，或清除搜索",
  "keys.filters": "打开或关闭筛选",
  "keys.help": "显示这些按键",
  "keys.history": "搜索历史",
  "keys.like": "在当前搜索中多找这样的",
  "keys.move": "在图片之间移动；在大图中切换图片",
  "keys.open": "打开图片",
  "keys.paste": "用剪贴板中的图片搜索",
  "keys.search": "搜索",
  "keys.similar": "以这张图片重新搜索相似图片",
  "keys.term": "把这些词作为一个条件，再写一个",
  "keys.title": "按键",
  "keys.where": "在大图中：显示匹配的位置",
};
