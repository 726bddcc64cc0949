// Filters, in simplified Chinese.
export default {
  "filters.apply": "应用",
  "filters.at_letter": "第 {column} 个字符：{detail}",
  "filters.clear": "清除筛选",
  "filters.none": "这些图片没有取值较少、适合点选的字段。规则仍可使用任何字段。",
  "filters.rest": { other: "还有 {count} 个" },
  "filters.rule": "规则",
  "filters.uncounted": "无法统计取值。",
  "filters.uncounted_for": "无法统计取值：{reason}",
};
