// The points of an answer over outlines that the site itself has: no tile is asked of anybody. The same points as a list beside.
const MOST = 5000;
const LISTED = 100;
const CLOSEST = 10;

export async function map(place, answer, kit) {
  const { el, say } = kit;
  const at = kit.terms.locator(answer.columns, answer.rows);
  const points = answer.rows.map((row) => ({ row, at: at(row) })).filter((point) => point.at);
  const canvas = el("div", { class: "map", role: "application", "aria-label": say("map_label") });
  const list = el("ol", { class: "points" });
  const part = points.length > MOST ? el("p", { class: "quiet-text" }, say("map_part", { n: MOST })) : "";
  place.append(part, el("div", { class: "mapped" }, canvas, el("div", {}, el("h3", {}, say("map_list")), list)));
  const show = await drawn(canvas, points.slice(0, MOST), kit);
  for (const point of points.slice(0, LISTED)) {
    const found = el("button", { type: "button", class: "find-point", onclick: () => show?.(point) }, coordinates(point.at, kit.data.lang));
    list.append(el("li", {}, named(point.row, answer.columns, kit), " ", show ? found : found.textContent));
  }
  if (points.length > LISTED) list.append(el("li", { class: "more" }, say("map_more", { n: points.length - LISTED })));
  if (!show) canvas.replaceWith(el("p", {}, say("map_failed")));
  kit.label(list);
}

async function drawn(canvas, points, kit) {
  const { data, say, asset } = kit;
  const outlined = fetch(asset("vendor/land.json")).then((response) => response.json());
  const land = await Promise.all([outlined, leaflet(asset, kit.el)]).then(([found]) => found, () => null);
  if (!land || !canvas.isConnected) return null;
  const { L } = window;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const motion = { zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: !still };
  const made = L.map(canvas, { ...motion, scrollWheelZoom: false, zoomControl: false, minZoom: 1, maxZoom: 14, preferCanvas: true });
  L.control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(made);
  made.attributionControl.setPrefix(false).addAttribution(say("map_credit"));
  made.createPane("land").style.zIndex = 350; // under the points
  const outlines = L.svg({ pane: "land" });
  const turned = (ring) => ring.map(([x, y]) => [y, x]);
  for (const [name, rings] of Object.entries(land)) {
    const drawing = { pane: "land", renderer: outlines, className: `land ${name}`, interactive: false };
    L.polygon(rings.map((ring) => [turned(ring)]), drawing).addTo(made);
  }
  const colour = getComputedStyle(canvas).getPropertyValue("--accent").trim();
  const marks = new Map();
  for (const point of points) {
    const mark = L.circleMarker(point.at, { radius: 6, color: colour, weight: 1.5, fillOpacity: 0.45 }).addTo(made);
    mark.bindPopup(() => {
      const shown = kit.el("div", {}, named(point.row, kit.answer.columns, kit));
      kit.label(shown);
      return shown;
    });
    marks.set(point, mark);
  }
  made.fitBounds(L.latLngBounds(points.map((point) => point.at)).pad(0.1), { maxZoom: CLOSEST, animate: false });
  return (point) => {
    made.setView(point.at, Math.max(made.getZoom(), 8), { animate: !still });
    marks.get(point)?.openPopup();
    canvas.scrollIntoView({ block: "nearest" });
  };
}

let loaded = null;

function leaflet(asset, el) {
  loaded ??= new Promise((done, failed) => {
    document.head.append(el("link", { rel: "stylesheet", href: asset("vendor/leaflet.css") }),
      el("script", { src: asset("vendor/leaflet.js"), onload: done, onerror: failed }));
  });
  return loaded;
}

// What a row is called: its first thing, and its first words that are neither a number nor a place.
function named(row, columns, { term, el }) {
  const thing = row.find((cell) => cell?.iri);
  const words = row.find((cell) => cell && !cell.iri && Number.isNaN(cell.number) && !cell.datatype);
  return el("span", {}, ...[thing && term(thing, words?.value), !thing && words && term(words)].filter(Boolean));
}

const coordinates = ([lat, long], lang) => {
  const format = new Intl.NumberFormat(lang, { maximumFractionDigits: 3 });
  return `${format.format(lat)} ; ${format.format(long)}`;
};
