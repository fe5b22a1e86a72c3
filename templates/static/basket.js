// The basket: notices that a reader keeps, in this browser alone. Every list item with data-iri, and a notice, gets a button; the header says how many.
(() => {
  const KEY = "pop-basket";
  const header = document.getElementById("basket-link");
  if (!header) return;
  const words = header.dataset;
  const MOST = Number(words.most);
  const language = document.documentElement.lang;
  const numbers = new Intl.NumberFormat(language);
  const spoken = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  spoken.setAttribute("role", "status");
  document.body.append(spoken);

  const plural = (name, n) => words[n === 1 || (n === 0 && language === "fr") ? `${name}One` : `${name}Other`].replace("{n}", numbers.format(n));
  const local = (url) => /^\/(?!\/)/.test(url);
  const text = (value, most) => (typeof value === "string" ? value.slice(0, most) : "");

  // What is kept, whatever another page or version may have left there.
  function read() {
    let found = [];
    try {
      found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    } catch { /* closed or damaged: nothing is kept */ }
    if (!Array.isArray(found)) return [];
    const whole = found.filter((one) => one && typeof one.iri === "string" && /^https?:\/\//.test(one.iri) && one.iri.length < 2000);
    const made = whole.map(({ iri, url, title }) => ({ iri, url: local(text(url, 2000)) ? text(url, 2000) : "", title: text(title, 300) || iri }));
    return [...new Map(made.map((one) => [one.iri, one])).values()].slice(0, MOST);
  }

  function write(kept) {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
      return true;
    } catch {
      spoken.textContent = words.closed;
      return false;
    }
  }

  function count(kept = read()) {
    const number = document.getElementById("basket-count");
    number.textContent = kept.length ? ` (${numbers.format(kept.length)})` : "";
  }

  function add(some) {
    const kept = read();
    const known = new Set(kept.map(({ iri }) => iri));
    const more = some.filter(({ iri }) => !known.has(iri));
    if (kept.length + more.length > MOST) {
      spoken.textContent = words.full;
      return false;
    }
    const all = [...kept, ...more];
    if (!write(all)) return false;
    spoken.textContent = plural("added", all.length);
    return true;
  }

  function remove(iri) {
    const left = read().filter((one) => one.iri !== iri);
    if (write(left)) spoken.textContent = plural("removed", left.length);
  }

  // Buttons of lists and notices --------------------------------------------------------------------------------------------
  const toggles = new Map();

  function about(place) {
    const link = place.querySelector("a[href]");
    const url = place.dataset.href ?? link?.getAttribute("href") ?? "";
    const title = place.dataset.title ?? (place.querySelector("[lang=fr]") ?? link)?.textContent ?? "";
    return { iri: place.dataset.iri, url: url.split("?")[0], title: title.replace(/\s+/g, " ").trim() };
  }

  function show(button, notice, inside) {
    button.textContent = inside ? words.remove : words.add;
    button.setAttribute("aria-label", (inside ? words.removeOne : words.addOne).replace("{title}", notice.title));
    button.classList.toggle("inside", inside);
  }

  for (const place of document.querySelectorAll("li[data-iri], .basket-place")) {
    const notice = about(place);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "plain basket-toggle" });
    button.addEventListener("click", () => {
      if (button.classList.contains("inside")) remove(notice.iri);
      else add([notice]);
      refresh();
    });
    (place.querySelector(".words") ?? place).append(button);
    toggles.set(button, notice);
  }

  const everything = document.querySelector("[data-add-all]");
  const all = Object.assign(document.createElement("button"), { type: "button" });
  if (everything) {
    all.addEventListener("click", () => {
      add([...toggles.values()]);
      refresh();
    });
    everything.append(all);
    everything.hidden = false;
  }

  // The page of the basket --------------------------------------------------------------------------------------------------
  const page = document.getElementById("basket");

  function line(notice, place) {
    const item = document.createElement("li");
    const heading = document.createElement("h3");
    const link = Object.assign(document.createElement(notice.url ? "a" : "span"), { textContent: notice.title, lang: "fr" });
    if (notice.url) link.setAttribute("href", notice.url + page.dataset.lang);
    heading.append(link);
    const iri = Object.assign(document.createElement("span"), { className: "mono iri", textContent: notice.iri.split("/").slice(-2).join(" ") });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: page.dataset.remove });
    button.setAttribute("aria-label", page.dataset.removeOne.replace("{title}", notice.title));
    button.addEventListener("click", () => {
      remove(notice.iri);
      refresh();
      const left = document.querySelectorAll("#basket-list button");
      (left[Math.min(place, left.length - 1)] ?? document.getElementById("basket-heading")).focus();
    });
    item.append(heading, iri, " ", button);
    return item;
  }

  function list(kept) {
    page.hidden = false;
    document.getElementById("basket-list").replaceChildren(...kept.map(line));
    document.getElementById("basket-size").textContent = plural("count", kept.length);
    document.getElementById("basket-empty").hidden = kept.length > 0;
    document.getElementById("basket-tools").hidden = !kept.length;
    const named = new URLSearchParams(kept.map(({ iri }) => ["iri", iri]));
    const lang = new URLSearchParams(page.dataset.lang).get("lang");
    if (lang) named.append("lang", lang);
    for (const link of document.querySelectorAll("#basket-files a, #basket-open")) {
      link.setAttribute("href", `${link.getAttribute("href").split("?")[0]}?${named}`);
    }
  }

  document.getElementById("basket-clear")?.addEventListener("click", () => {
    if (write([])) spoken.textContent = page.dataset.emptied;
    refresh();
    document.getElementById("basket-heading").focus();
  });

  function refresh() {
    const kept = read();
    const known = new Set(kept.map(({ iri }) => iri));
    count(kept);
    for (const [button, notice] of toggles) show(button, notice, known.has(notice.iri));
    const whole = [...toggles.values()].every(({ iri }) => known.has(iri));
    if (everything) all.textContent = whole ? everything.dataset.addedAll : everything.dataset.addAll;
    if (page) list(kept);
  }

  refresh();
  window.addEventListener("storage", ({ key }) => { if (key === KEY || key === null) refresh(); });
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) refresh(); });
})();
