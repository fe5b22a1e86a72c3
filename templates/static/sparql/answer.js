// An answer on the page: how much and how long, links to take it whole, and the ways to look at it.
export function answerView(place, { data, dom, terms, load, asset }) {
  const { el } = dom;
  const say = dom.words(data.words, data.lang);
  const labels = new Map();
  let kept = "table";

  function term(cell, text = "") {
    if (!cell) return "";
    if (!cell.iri) {
      const datatype = Number.isNaN(cell.number) ? cell.datatype.replace(/^.*[#/]/, "") : "";
      const note = cell.lang === data.lang ? "" : cell.lang || datatype;
      const shown = el("span", { lang: cell.lang }, cell.value);
      return note ? el("span", {}, shown, " ", el("span", { class: "quiet-text" }, note)) : shown;
    }
    const short = terms.brief(cell.value, data.site, data.prefixes);
    const name = text || labels.get(cell.value) || "";
    const shown = el("span", { class: "thing", "data-iri": name ? "" : cell.value });
    const attributes = { href: terms.address(cell.value, data.site), title: cell.value, class: name ? "" : "mono" };
    shown.append(terms.followable(cell.value) ? el("a", attributes, name || short) : el("span", { title: cell.value }, name || short));
    if (name) shown.append(el("span", { class: "iri mono" }, short));
    return shown;
  }

  // Asks for the labels of the IRIs that are shown without, 100 at a time, and puts them over the IRIs.
  async function label(within) {
    const wanted = [...within.querySelectorAll("[data-iri]")];
    const missing = [...new Set(wanted.map((shown) => shown.dataset.iri))].filter((iri) => !labels.has(iri));
    for (let from = 0; from < missing.length; from += 100) {
      const some = missing.slice(from, from + 100);
      const form = new URLSearchParams(some.map((iri) => ["iri", iri]));
      const response = await fetch(`/sparql/labels?lang=${data.lang}`, { method: "POST", body: form }).catch(() => null);
      const found = response?.ok ? (await response.json()).labels : {};
      for (const iri of some) labels.set(iri, found[iri] ?? "");
    }
    for (const shown of wanted) {
      if (labels.get(shown.dataset.iri)) shown.replaceWith(term(terms.iri(shown.dataset.iri)));
    }
  }

  function downloads(query, isRows) {
    const links = data.formats.filter(([, , rows]) => rows === isRows).map(([name, title]) => {
      const link = `/sparql?${new URLSearchParams({ query, format: name })}`;
      if (link.length <= data.link) return el("li", {}, el("a", { href: link, download: `pop.${name}` }, title));
      const form = el("form", { method: "post", action: "/sparql" }, el("input", { type: "hidden", name: "query" }),
        el("button", { class: "copy", name: "format", value: name }, title));
      form.query.value = query;
      return el("li", {}, form);
    });
    const copy = el("button", { type: "button", class: "copy", onclick: async () => {
      await navigator.clipboard.writeText(location.href);
      copy.textContent = say("link_done");
    } }, say("link"));
    const named = el("li", { class: "quiet-text" }, say("download"));
    return el("ul", { class: "inline take" }, named, ...links, navigator.clipboard ? el("li", {}, copy) : "");
  }

  function views(answer) {
    if (!answer.columns) return [["raw", say("raw")]];
    const found = [["table", say("table")]];
    if (terms.locator(answer.columns, answer.rows)) found.push(["map", say("map")]);
    if (load.chart.columnsOf(answer, terms)) found.push(["chart", say("chart")]);
    return [...found, ["raw", say("raw")]];
  }

  function truth(answer) {
    const { value } = answer.rows[0][0];
    return el("p", { class: "truth" }, value === "true" ? say("yes") : value === "false" ? say("no") : value);
  }

  function raw(view, answer) {
    if (answer.part || answer.raw.length > 199000) view.append(el("p", { class: "quiet-text" }, say("raw_cut")));
    view.append(el("pre", { class: "scroll raw", tabindex: 0, role: "region", "aria-label": say("raw") }, answer.raw));
  }

  function summary(answer) {
    const counted = answer.columns?.length ? say("rows", { n: answer.rows.length }) : "";
    const done = say(answer.seconds === undefined ? "release" : "done", { seconds: answer.seconds, release: answer.release });
    const text = [counted, done].filter(Boolean).join(answer.seconds === undefined ? " · " : " ");
    return text ? el("p", { class: "count", role: "status" }, text) : "";
  }

  function remark(answer) {
    const text = answer.cut ? say("cut") : answer.begun ? say("begun")
      : answer.part ? say(answer.columns ? "part" : "part_graph", { n: answer.rows?.length ?? 0 }) : "";
    return text ? el("p", { class: answer.cut ? "fault" : "", role: answer.cut ? "alert" : "" }, text) : "";
  }

  function show(answer, query) {
    place.replaceChildren(summary(answer), remark(answer), downloads(query, Boolean(answer.columns)));
    if (answer.columns && !answer.columns.length && answer.rows.length) return place.append(truth(answer));
    if (answer.columns && !answer.rows.length) return place.append(el("p", {}, say("empty")));
    const names = views(answer);
    const view = el("div", { id: "view", role: "tabpanel" });
    const kit = { data, el, say, terms, term, label, asset, answer, SVG: dom.SVG };
    const draw = { table: load.table.table, chart: load.chart.chart, map: load.map.map, raw };
    const chosen = names.some(([name]) => name === kept) ? kept : names[0][0];
    const row = dom.tabs(say("views"), names, chosen, (name) => {
      kept = name;
      view.replaceChildren();
      view.setAttribute("aria-labelledby", `tab-${name}`);
      draw[name](view, answer, kit);
    });
    place.append(row.row, view);
    return row.pick();
  }

  return { show, labels };
}
