// Copies pinned, minified files and their licences from node_modules to templates/static/vendor: make assets.
// The copies are committed, so that nobody who runs or tests the site needs Node.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { feature } from "topojson-client";

const FROM = new URL("node_modules/", import.meta.url);
const TO = new URL("../templates/static/vendor/", import.meta.url);
const FILES = {
  "yasqe.js": "@zazuko/yasqe/build/yasqe.min.js",
  "yasqe.css": "@zazuko/yasqe/build/yasqe.min.css",
  "leaflet.js": "leaflet/dist/leaflet.js",
  "leaflet.css": "leaflet/dist/leaflet.css",
  "openseadragon.js": "openseadragon/build/openseadragon/openseadragon.min.js",
};
// What yasqe.js bundles, read from its source map, and the others; their authors' addresses are left out. A package without a file of its
// own is under the MIT licence as its package.json says.
const LICENCES = {
  "@zazuko/yasqe": "",
  codemirror: "LICENSE",
  "lodash-es": "LICENSE",
  dompurify: "LICENSE",
  store: "LICENSE",
  "query-string": "license",
  "decode-uri-component": "license",
  "split-on-first": "license",
  "filter-obj": "license",
  "strict-uri-encode": "license",
  leaflet: "LICENSE",
  openseadragon: "LICENSE.txt",
  "world-atlas": "LICENSE",
  "@fontsource/inter": "LICENSE",
  "@fontsource/source-serif-4": "LICENSE",
  "@fontsource/jetbrains-mono": "LICENSE",
};
// The weights and alphabets that the pages use: a browser fetches latin-ext only for a text that needs it.
const FONTS = [
  { family: "Inter", name: "inter", weights: [400, 600], subsets: ["latin-ext", "latin"] },
  { family: "Source Serif 4", name: "source-serif-4", weights: [400, 600], subsets: ["latin-ext", "latin"] },
  { family: "JetBrains Mono", name: "jetbrains-mono", weights: [400], subsets: ["latin"] },
];
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
const WINDOW = { west: -6, east: 10.5, south: 40.8, north: 51.8 };

const read = (name) => readFileSync(new URL(name, FROM), "utf8");
const about = (name) => JSON.parse(read(`${name}/package.json`));

function licence(name, file) {
  const { version, license, author, contributors = [] } = about(name);
  const holders = [author, ...contributors].map((who) => (who?.name ?? who ?? "").replace(/\s*<[^>]*>/, "")).filter(Boolean);
  const free = `Copyright (c) ${holders.join(", ")}\n\n${MIT.trim()}`;
  const text = file ? read(`${name}/${file}`).trim().replace(/\s*<[^<>\s]+@[^<>\s]+>/g, "") : free;
  return `${name} ${version} (${license})\n${"=".repeat(76)}\n\n${text}\n`;
}

// France and what of its neighbours is in the window, as rings of [longitude, latitude] to a hundredth of a degree (about 1 km).
function land() {
  const world = JSON.parse(read("world-atlas/countries-50m.json"));
  const rings = { france: [], others: [] };
  for (const { properties, geometry } of feature(world, world.objects.countries).features) {
    const polygons = geometry?.type === "Polygon" ? [geometry.coordinates] : (geometry?.coordinates ?? []);
    const french = properties.name === "France";
    for (const polygon of polygons) {
      const inside = ([x, y]) => x > WINDOW.west && x < WINDOW.east && y > WINDOW.south && y < WINDOW.north;
      if (french || polygon[0].some(inside)) rings[french ? "france" : "others"].push(rounded(polygon[0]));
    }
  }
  return rings;
}

function rounded(ring) {
  const points = ring.map(([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);
  return points.filter(([x, y], n) => !n || x !== points[n - 1][0] || y !== points[n - 1][1]);
}

// Yasqe bundles prefix.cc's table of prefixes, some of them vandalism; the page gives its own, so the table is left out.
function withoutPrefixes(code) {
  const table = /(?:[\w$]+=`[^`]*`,){300,}prefixes_default=\{[^}]*\}/;
  if (!table.test(code)) throw new Error("yasqe.js holds its table of prefixes in another form: look again");
  return code.replace(table, "prefixes_default={}");
}

// The faces of FONTS, and the bytes of each by its name, which holds the version: such a file never changes under its address.
function fonts() {
  const files = {};
  const faces = FONTS.flatMap(({ family, name, weights, subsets }) => {
    const from = `@fontsource/${name}`;
    const { version } = about(from);
    const ranges = JSON.parse(read(`${from}/unicode.json`));
    return weights.flatMap((weight) => subsets.map((subset) => {
      const file = [name, version, ...(subset === "latin" ? [] : [subset]), weight].join("-") + ".woff2";
      files[file] = readFileSync(new URL(`${from}/files/${name}-${subset}-${weight}-normal.woff2`, FROM));
      return `@font-face { font-family: "${family}"; font-weight: ${weight}; font-display: swap; ` +
        `src: url("fonts/${file}") format("woff2"); unicode-range: ${ranges[subset]}; }`;
    }));
  });
  return { style: faces.join("\n"), files };
}

const withoutMap = (code) => code.replace(/\n?\/[/*]# sourceMappingURL=.*$/gm, "");
const made = Object.fromEntries(Object.entries(FILES).map(([name, from]) => [name, withoutMap(read(from))]));
made["yasqe.js"] = withoutPrefixes(made["yasqe.js"]);
made["land.json"] = JSON.stringify(land());
const faces = fonts();
made["fonts.css"] = faces.style;
made["LICENCES.txt"] = [
  "The files of this folder are copies made by assets/build.mjs; yasqe.js bundles the ten packages that follow it here.\n" +
    "land.json is made from Natural Earth (public domain) as packaged by world-atlas.\n",
  ...Object.entries(LICENCES).map(([name, file]) => licence(name, file)),
].join("\n\n");
rmSync(TO, { recursive: true, force: true });
mkdirSync(new URL("fonts/", TO), { recursive: true });
for (const [name, text] of Object.entries(made)) {
  writeFileSync(new URL(name, TO), text.trimEnd() + "\n");
  const small = gzipSync(text, { level: 9 }).length;
  console.log(`${name.padEnd(14)} ${String(text.length).padStart(8)} bytes ${String(small).padStart(8)} gzipped`);
}
for (const [name, bytes] of Object.entries(faces.files)) {
  writeFileSync(new URL(`fonts/${name}`, TO), bytes);
  console.log(`${name} ${bytes.length} bytes`);
}
