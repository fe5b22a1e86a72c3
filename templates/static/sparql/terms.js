// Terms of SPARQL 1.1 TSV results, and what may be said of a column of them.
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = /^(?:integer|decimal|double|float|int|long|short|byte|nonNegativeInteger|positiveInteger|gYear)$/;
const LITERAL = /^"((?:[^"\\]|\\[^])*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?$/;
const ESCAPES = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };
const WKT = "http://www.opengis.net/ont/geosparql#wktLiteral";
const POINT = /^\s*(?:<([^>]*)>)?\s*POINT\s*\(\s*(-?[\d.]+(?:e-?\d+)?)\s+(-?[\d.]+(?:e-?\d+)?)\s*\)\s*$/i;

export function literal(value, lang = "", datatype = "") {
  const counted = datatype.startsWith(XSD) && NUMBERS.test(datatype.slice(XSD.length)) && value.trim() !== "";
  return { iri: false, value, lang, datatype, number: counted ? Number(value) : NaN };
}

export const iri = (value) => ({ iri: true, value, lang: "", datatype: "", number: NaN });

// One cell; null where the variable is not bound.
export function read(text) {
  if (text === "") return null;
  if (text[0] === "<" && text.endsWith(">") && text[1] !== "<") return iri(text.slice(1, -1));
  const found = LITERAL.exec(text);
  if (found) return literal(unescape(found[1]), found[2], found[3]);
  if (/^[-+.\d]/.test(text) && !Number.isNaN(Number(text))) return literal(text, "", XSD + "decimal");
  return literal(text);
}

const unescape = (text) =>
  text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([^]))/g, (_, four, eight, one) =>
    one ? (ESCAPES[one] ?? one) : String.fromCodePoint(parseInt(four ?? eight, 16)),
  );

export function comparer(lang) {
  const { compare } = new Intl.Collator(lang, { numeric: true });
  return (a, b) => {
    if (!a || !b) return (a ? 1 : 0) - (b ? 1 : 0);
    if (!Number.isNaN(a.number) && !Number.isNaN(b.number)) return a.number - b.number;
    return compare(a.value, b.value);
  };
}

export const isNumber = (rows, column) =>
  rows.some((row) => row[column]) && rows.every((row) => !row[column] || !Number.isNaN(row[column].number));

// Row -> [latitude, longitude] or null; null itself where the answer has no points. Axes as GeoSPARQL has them: of EPSG 4326 the
// latitude comes first.
export function locator(columns, rows) {
  const wkt = columns.findIndex((_, n) => rows.some((row) => row[n]?.datatype === WKT && POINT.test(row[n].value)));
  if (wkt >= 0) return (row) => ofPoint(row[wkt]?.value);
  const lat = columns.findIndex((name) => /^lat(?:itude)?$/i.test(name));
  const long = columns.findIndex((name) => /^(?:long?|lng|longitude)$/i.test(name));
  if (lat < 0 || long < 0) return null;
  const place = (row) => inside(Number(row[lat]?.value ?? NaN), Number(row[long]?.value ?? NaN));
  return rows.some(place) ? place : null;
}

function ofPoint(text) {
  const found = POINT.exec(text ?? "");
  if (!found) return null;
  const [x, y] = [Number(found[2]), Number(found[3])];
  return /EPSG.*4326/.test(found[1] ?? "") ? inside(x, y) : inside(y, x);
}

const inside = (lat, long) => (Math.abs(lat) <= 90 && Math.abs(long) <= 180 ? [lat, long] : null);

// How an IRI is written in little room: its path where it is a thing of this site, its prefixed name, or all of it.
export function brief(value, site, prefixes) {
  if (value.startsWith(site + "/id/")) return readable(value.slice(site.length));
  for (const [name, space] of Object.entries(prefixes)) {
    if (value.startsWith(space) && value.length > space.length) return `${name}:${readable(value.slice(space.length))}`;
  }
  return value;
}

function readable(text) {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

export const followable = (value) => /^(?:https?:\/\/[^\s<>"]+|mailto:[^\s<>"]+)$/i.test(value);
export const address = (value, site) => (value.startsWith(site + "/") ? value.slice(site.length) : value);
