// The queries run in this browser, kept in it alone; and the answer that the server put on the page, as the views want it.
const KEY = "pop-sparql-recent";
const MOST = 15;
const LONGEST = 20000;

export function recent(place, { el, say, open }) {
  const list = el("ul", { class: "recent" });
  const clear = el("button", { type: "button", class: "copy", onclick: () => keep([]) }, say("recent_clear"));
  place.append(el("summary", {}, say("recent")), el("p", { class: "quiet-text" }, say("recent_note"), " ", clear), list);
  show(kept());

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(found) ? found.filter((query) => typeof query === "string") : [];
    } catch {
      return [];
    }
  }

  function keep(queries) {
    try {
      localStorage.setItem(KEY, JSON.stringify(queries));
    } catch {
      // a browser that keeps nothing
    }
    show(queries);
  }

  function show(queries) {
    place.hidden = !queries.length;
    list.replaceChildren(...queries.map((query) =>
      el("li", {}, el("button", { type: "button", class: "copy mono", onclick: () => open(query) }, brief(query)))));
  }

  return {
    add(query) {
      if (query.trim() && query.length <= LONGEST) keep([query, ...kept().filter((other) => other !== query)].slice(0, MOST));
    },
  };
}

// Without its prefixes, on one line.
const brief = (query) => query.replace(/^\s*PREFIX\s.*$/gim, "").replace(/\s+/g, " ").trim().slice(0, 120);

export function given(place, terms, labels) {
  const table = place.querySelector("table.answer");
  const graph = place.querySelector("pre.raw");
  if (graph) return { graph: graph.textContent, raw: graph.textContent, part: place.dataset.more === "yes" };
  if (!table) return null;
  const columns = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => term(cell, terms, labels)));
  const lines = [columns.map((name) => `?${name}`), ...rows.map((row) => row.map((cell) => cell?.source ?? ""))];
  const raw = lines.map((line) => line.join("\t")).join("\n");
  const { release, seconds, more } = place.dataset;
  return { columns, rows, raw, begun: more === "yes", release, seconds: seconds ? Number(seconds) : undefined };
}

function term(cell, terms, labels) {
  const { kind, iri, lang = "", datatype = "" } = cell.dataset;
  if (kind === "iri") {
    labels.set(iri, cell.querySelector("a[data-label]")?.textContent ?? "");
    return { ...terms.iri(iri), source: `<${iri}>` };
  }
  const text = cell.querySelector(".text")?.textContent ?? "";
  if (kind !== "literal") return text && { ...terms.read(text), source: text };
  const source = JSON.stringify(text) + (lang ? `@${lang}` : datatype ? `^^<${datatype}>` : "");
  return { ...terms.literal(text, lang, datatype), source };
}
