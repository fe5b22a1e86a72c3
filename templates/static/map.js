// The map of a page: the points and outlines of #map-data, or of the GeoJSON that #map names in data-src, over outlines that the site
// itself has, or over tiles where its operator chose some. Without scripts the page says the place in words and degrees.
(() => {
  const version = new URL(document.querySelector('link[href^="/static/style.css"]').href).search;
  const canvas = document.getElementById("map");
  const CLOSEST = 10;
  const WHOLE = 4; // one place alone: seen in its country

  function leaflet() {
    return new Promise((done, failed) => {
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `/static/vendor/leaflet.css${version}` });
      const script = Object.assign(document.createElement("script"), { src: `/static/vendor/leaflet.js${version}` });
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(style, script);
    });
  }

  // GeoJSON as the markers and outlines that the page's own data has; properties `name` and `url` make a popup.
  async function given() {
    const own = document.getElementById("map-data");
    const data = own ? JSON.parse(own.textContent) : { words: {} };
    if (!canvas.dataset.src) return data;
    const { features } = await fetch(canvas.dataset.src).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)));
    const turned = ([x, y]) => [y, x];
    const markers = [];
    const outlines = [];
    for (const { geometry, properties } of features) {
      const { type, coordinates } = geometry ?? {};
      if (type === "Point") markers.push({ at: turned(coordinates), text: properties?.name ?? "", href: properties?.url ?? "" });
      if (type === "Polygon") outlines.push(...coordinates.map((ring) => ring.map(turned)));
      if (type === "MultiPolygon") outlines.push(...coordinates.flat().map((ring) => ring.map(turned)));
    }
    return { ...data, markers, outlines };
  }

  async function land(L, made) {
    const found = await fetch(`/static/vendor/land.json${version}`).then((answer) => answer.json());
    made.createPane("land").style.zIndex = 350; // under the points
    const renderer = L.svg({ pane: "land" });
    for (const [name, rings] of Object.entries(found)) {
      const drawing = { pane: "land", renderer, className: `land ${name}`, interactive: false };
      L.polygon(rings.map((ring) => [ring.map(([x, y]) => [y, x])]), drawing).addTo(made);
    }
  }

  function popup({ text, href }) {
    const made = document.createElement(href ? "a" : "span");
    made.textContent = text;
    if (href && /^(?:https?:\/\/|\/(?!\/))/.test(href)) made.setAttribute("href", href);
    return made;
  }

  async function draw() {
    const [data] = await Promise.all([given(), leaflet()]);
    const { L } = window;
    const { words, tiles } = data;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    canvas.hidden = false;
    const motion = { zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: !still };
    const made = L.map(canvas, { ...motion, scrollWheelZoom: false, zoomControl: false, minZoom: 1, maxZoom: tiles ? 18 : 14 });
    L.control.zoom({ zoomInTitle: words.map_plus, zoomOutTitle: words.map_minus }).addTo(made);
    const credit = document.createElement("span");
    credit.textContent = tiles ? tiles.credit : words.map_land;
    made.attributionControl.setPrefix(false).addAttribution(credit.innerHTML);
    const bounds = L.latLngBounds([...data.markers.map(({ at }) => at), ...data.outlines.flat()]);
    if (!bounds.isValid()) { canvas.hidden = true; return; }
    made.fitBounds(bounds.pad(0.1), { maxZoom: tiles ? 16 : data.markers.length > 1 ? CLOSEST : WHOLE, animate: false });
    if (tiles) L.tileLayer(tiles.url, { maxZoom: 18, referrerPolicy: "strict-origin-when-cross-origin" }).addTo(made);
    else await land(L, made);
    const colour = getComputedStyle(canvas).getPropertyValue("--accent").trim();
    for (const ring of data.outlines) L.polygon(ring, { color: colour, weight: 2, fillOpacity: 0.15, interactive: false }).addTo(made);
    const alone = data.markers.length || tiles ? [] : [{ at: bounds.getCenter(), text: "" }];
    for (const marker of [...data.markers, ...alone]) {
      const drawn = L.circleMarker(marker.at, { radius: 7, color: colour, weight: 2, fillOpacity: 0.45 }).addTo(made);
      if (marker.text) drawn.bindPopup(() => popup(marker));
    }
  }

  if (canvas) draw().catch(() => { canvas.hidden = true; });
})();
