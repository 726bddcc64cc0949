// Which pictures may be found: chosen values of fields, and a rule in the service's own words. Values only, no elements.

/** Fields with their chosen values, in the order of their names; fields without one are left out. */
export function makeFilters(filters) {
  const chosen = Object.entries(filters).filter(([, values]) => values.length > 0).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.freeze(Object.fromEntries(chosen.map(([field, values]) => [field, Object.freeze([...new Set(values)])])));
}

export function isNoFilter({ filters, where }) {
  return !where && Object.keys(filters).length === 0;
}

/** The filters with this value chosen, or not any more if it was. */
export function toggled(filters, field, value) {
  const values = filters[field] ?? [];
  const others = values.filter((one) => one !== value);
  return makeFilters({ ...filters, [field]: others.length < values.length ? others : [...values, value] });
}

export function without(filters, field) {
  return makeFilters({ ...filters, [field]: [] });
}

function quoted(text) {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function written(value) {
  return typeof value === "string" ? quoted(value) : String(value);
}

/** Everything as one text of the service's filter language; null when nothing is filtered. */
export function filterText({ filters, where }) {
  const conditions = Object.entries(filters).map(([field, values]) => `${quoted(field)} in [${values.map(written).join(", ")}]`);
  if (conditions.length === 0) return where || null;
  return [...(where ? [`(${where})`] : []), ...conditions].join(" and ");
}

/** A value for an address: texts as they are, unless they would be read as something else. */
export function writeValue(value) {
  return typeof value === "string" && readValue(value) === value ? value : JSON.stringify(value);
}

/** The value that an address names. */
export function readValue(text) {
  try {
    const value = JSON.parse(text);
    return ["number", "boolean", "string"].includes(typeof value) ? value : text;
  } catch {
    return text;
  }
}

/** A field's name as people read it. */
export function readableField(field) {
  return field.replace(/^tags\./, "").replaceAll("_", " ");
}
