// The map of a search: the server makes clusters for each part of the world that is looked at, so that any number of notices stays light.
// It replaces the drawing of the page, which works without scripts.
(() => {
  const canvas = document.getElementById("results-map");
  const given = document.getElementById("results-map-data");
  if (!canvas || !given) return;
  const data = JSON.parse(given.textContent);
  const { words, tiles } = data;
  const version = new URL(document.querySelector('link[href^="/static/style.css"]').href).search;
  const language = document.documentElement.lang;
  const said = document.getElementById("results-map-said");
  const here = document.getElementById("search-here");
  const me = document.getElementById("search-me");
  const numbers = new Intl.NumberFormat(language);
  const CLOSEST = tiles ? 18 : 16;
  const PAUSE = 120; // milliseconds after a move before the server is asked
  const CELL = 256; // pixels: areas that are asked for are whole squares of this size, so that neighbours and other readers share them
  const SAME = 1e-5; // degrees

  function say(name, n) {
    const text = words[name];
    if (typeof text === "string") return text;
    return text[n === 1 || (n === 0 && language === "fr") ? "one" : "other"].replace("{n}", numbers.format(n));
  }

  function leaflet() {
    return new Promise((done, failed) => {
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `/static/vendor/leaflet.css${version}` });
      const script = Object.assign(document.createElement("script"), { src: `/static/vendor/leaflet.js${version}` });
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(style, script);
    });
  }

  async function land(L, map) {
    const found = await fetch(`/static/vendor/land.json${version}`).then((answer) => answer.json());
    map.createPane("land").style.zIndex = 350;
    const renderer = L.svg({ pane: "land", padding: 0.5 });
    for (const [name, rings] of Object.entries(found)) {
      const drawing = { pane: "land", renderer, className: `land ${name}`, interactive: false };
      L.polygon(rings.map((ring) => [ring.map(([x, y]) => [y, x])]), drawing).addTo(map);
    }
  }

  function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  const address = (base, name, value) => `${base}${base.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
  const local = (url) => /^\/(?!\/)/.test(url);
  const box = ([west, south, east, north]) => [west, south, east, north].map((degrees) => degrees.toFixed(6)).join(",");
  const padded = ([west, south, east, north]) => box([west - SAME, south - SAME, east + SAME, north + SAME]);

  // One notice: picture, title as a link, the rest; as an element, never as markup.
  function notice({ properties: p }) {
    const made = element("div", "", { class: "map-card" });
    if (p.image) made.append(element("img", "", { src: p.image, alt: "", loading: "lazy", referrerpolicy: "no-referrer" }));
    const link = element(local(p.url) ? "a" : "span", p.name, { lang: "fr", class: "map-title" });
    if (local(p.url)) link.setAttribute("href", data.lang ? address(p.url, "lang", data.lang) : p.url);
    made.append(link);
    if (p.summary) made.append(element("p", p.summary, { lang: "fr" }));
    made.append(element("p", `${p.base} ${p.ref}`, { class: "mono" }));
    return made;
  }

  function cards(features) {
    const made = element("div", "", { class: "map-cards" });
    made.append(...features.map(notice));
    return made;
  }

  function together(count, bbox) {
    const made = element("div", "", { class: "map-card" });
    made.append(element("p", say("cluster_same", count)));
    const url = new URL(data.search, location.href);
    url.searchParams.delete("view");
    made.append(element("a", say("see_all"), { href: address(url.pathname + url.search, "box", padded(bbox)) }));
    return made;
  }

  async function draw() {
    await leaflet();
    const { L } = window;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    canvas.hidden = false;
    document.getElementById("drawn-map").hidden = true;
    for (const tool of document.querySelectorAll(".map-tools .scripted")) tool.hidden = false;
    if (!navigator.geolocation) me.hidden = true;
    const motion = { zoomAnimation: !still, fadeAnimation: false, markerZoomAnimation: false };
    const map = L.map(canvas, { ...motion, zoomControl: false, minZoom: 1, maxZoom: CLOSEST, worldCopyJump: true });
    L.control.zoom({ zoomInTitle: words.map_plus, zoomOutTitle: words.map_minus }).addTo(map);
    const credit = element("span", tiles ? tiles.credit : words.map_land);
    map.attributionControl.setPrefix(false).addAttribution(credit.innerHTML);
    map.fitBounds(data.bounds, { animate: false, maxZoom: tiles ? 16 : 10 });
    if (tiles) L.tileLayer(tiles.url, { maxZoom: CLOSEST, referrerPolicy: "strict-origin-when-cross-origin" }).addTo(map);
    else await land(L, map);
    const layer = L.layerGroup().addTo(map);
    let shown = ""; // the address that is drawn, or asked for
    let asking = null;
    let timer = 0;

    // The area in view, grown to whole squares of the zoom.
    function area() {
      const zoom = map.getZoom();
      const bounds = map.getPixelBounds();
      const size = CELL * 2 ** zoom;
      const side = (value, round) => Math.min(Math.max(round(value / CELL) * CELL, 0), size);
      const corner = (x, y) => map.unproject([x, y], zoom);
      const top = corner(side(bounds.min.x, Math.floor), side(bounds.min.y, Math.floor));
      const bottom = corner(side(bounds.max.x, Math.ceil), side(bounds.max.y, Math.ceil));
      return { zoom, within: box([top.lng, Math.max(bottom.lat, -90), bottom.lng, Math.min(top.lat, 90)]) };
    }

    // A marker that does something when it is clicked, or by Enter or Space where it has the focus.
    function bubble(at, text, label, size, act) {
      const html = element("span", text);
      const icon = L.divIcon({ className: text ? "bubble" : "bubble single", html, iconSize: [size, size] });
      const made = L.marker(at, { icon, keyboard: true, alt: label, title: label, riseOnHover: true });
      made.on("click", () => act(made));
      made.on("add", () => {
        const drawn = made.getElement();
        drawn.setAttribute("aria-label", label);
        drawn.setAttribute("role", "button");
        drawn.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          act(made);
        });
      });
      return made;
    }

    // A card takes the focus, and gives it back to its marker; while it is open the markers stay as they are.
    let card = null;
    function open(marker, content) {
      const made = L.popup({ maxWidth: 280, minWidth: 200 }).setLatLng(marker.getLatLng()).setContent(content);
      made.on("remove", () => {
        const inside = !document.activeElement || document.activeElement === document.body || canvas.contains(document.activeElement);
        card = null;
        if (inside) (marker.getElement() ?? canvas).focus({ preventScroll: true });
        moved();
      });
      made.openOn(map);
      card = made;
      made.getElement().querySelector("a")?.focus({ preventScroll: true });
    }

    function short(count) {
      return count < 1000 ? String(count) : `${numbers.format(Math.floor(count / 1000))}\u202fk`;
    }

    function cluster({ geometry, bbox, properties: { count } }) {
      const [long, lat] = geometry.coordinates;
      const [west, south, east, north] = bbox;
      const same = east - west < SAME && north - south < SAME;
      return bubble([lat, long], short(count), say("cluster", count), 20 + 7 * Math.log10(count), (made) => {
        if (same || map.getZoom() >= CLOSEST) return open(made, together(count, bbox));
        const zoom = map.getBoundsZoom([[south, west], [north, east]], false, [80, 80]);
        return map.setView([(south + north) / 2, (west + east) / 2], Math.min(Math.max(zoom, map.getZoom() + 1), CLOSEST));
      });
    }

    // Notices at one and the same point are one marker.
    function singles(features) {
      const places = new Map();
      for (const feature of features) {
        const key = feature.geometry.coordinates.map((degrees) => degrees.toFixed(5)).join();
        places.set(key, [...(places.get(key) ?? []), feature]);
      }
      return [...places.values()].map((some) => {
        const [long, lat] = some[0].geometry.coordinates;
        const text = some.length > 1 ? short(some.length) : "";
        const label = some.length > 1 ? say("cluster_same", some.length) : some[0].properties.name;
        return bubble([lat, long], text, label, text ? 28 : 18, (made) => open(made, cards(some)));
      });
    }

    function show(found) {
      const many = found.features.filter(({ properties }) => properties.count);
      const one = found.features.filter(({ properties }) => !properties.count);
      const kept = document.activeElement?.getAttribute("aria-label");
      const focused = canvas.contains(document.activeElement) && document.activeElement !== canvas;
      layer.clearLayers();
      for (const marker of [...many.map(cluster), ...singles(one)]) layer.addLayer(marker);
      said.textContent = found.total ? say("in_view", found.total) : say("in_view_none");
      if (!focused) return;
      const again = [...canvas.querySelectorAll(".bubble")].find((drawn) => drawn.getAttribute("aria-label") === kept);
      (again ?? canvas).focus({ preventScroll: true });
    }

    async function ask() {
      const { zoom, within } = area();
      const wanted = address(address(data.clusters, "zoom", zoom), "within", within);
      if (wanted === shown || card) return;
      asking?.abort();
      asking = new AbortController();
      shown = wanted;
      try {
        const answer = await fetch(wanted, { signal: asking.signal, headers: { Accept: "application/geo+json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const found = await answer.json();
        if (card) shown = "";
        else show(found);
      } catch (error) {
        if (error.name === "AbortError") return;
        shown = "";
        said.textContent = say("failed");
      }
    }

    function moved() {
      const seen = map.getBounds();
      const side = (degrees, most) => Math.min(Math.max(degrees, -most), most);
      const view = [side(seen.getWest(), 180), side(seen.getSouth(), 90), side(seen.getEast(), 180), side(seen.getNorth(), 90)];
      here.setAttribute("href", address(data.search, "box", box(view)));
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    }

    canvas.addEventListener("keydown", ({ key }) => { if (key === "Escape") map.closePopup(); });
    map.on("moveend", moved);
    moved();
    canvas.dataset.ready = "yes";
  }

  me.addEventListener("click", () => {
    const km = document.querySelector('.map-tools [name="km"]').value || "10";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { location.assign(address(data.search, "around", `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)},${km.replace(",", ".")}`)); },
      () => {
        said.textContent = say("no_position");
        const form = document.querySelector(".map-tools details");
        form.open = true;
        form.querySelector('[name="lat"]').focus();
      },
      { timeout: 10_000, maximumAge: 600_000 },
    );
  });

  draw().catch(() => {
    canvas.hidden = true;
    document.getElementById("drawn-map").hidden = false;
  });
})();
