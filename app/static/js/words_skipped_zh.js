// Skipped files, in simplified Chinese.
export default {
  "skipped.failed": "没能取得列表：{reason}。",
  "skipped.lead": "{count} 个文件未被索引，原因如下。",
  "skipped.title": "跳过的文件",
  "skipped.wait": "请稍候…",
};
