// An answer as a table: 100 rows at a time, sorted by a column, IRIs under their labels.
const PAGE = 100;

export function table(place, answer, kit) {
  const { el, say, terms } = kit;
  const { columns, rows } = answer;
  const numbers = columns.map((_, n) => terms.isNumber(rows, n));
  const compare = terms.comparer(kit.data.lang);
  let [order, sorted, down, page] = [rows, -1, false, 0];
  const body = el("tbody");
  const heads = columns.map((name, n) =>
    el("th", { scope: "col", class: numbers[n] ? "number" : "" },
      el("button", { type: "button", class: "sort", "aria-label": say("sort", { name }), onclick: () => sort(n) }, name)));
  const before = el("button", { type: "button", onclick: () => show(page - 1) }, say("previous"));
  const after = el("button", { type: "button", onclick: () => show(page + 1) }, say("next"));
  const where = el("span", { role: "status" });
  const pages = el("nav", { class: "turn", "aria-label": say("pages") }, before, where, after);
  const region = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("table") },
    el("table", { class: "answer" }, el("thead", {}, el("tr", {}, ...heads)), body));
  place.append(region, rows.length > PAGE ? pages : "");
  show(0);

  function sort(column) {
    down = sorted === column && !down;
    sorted = column;
    order = [...rows].sort((a, b) => (down ? -1 : 1) * compare(a[column], b[column]));
    heads.forEach((head, n) => head.setAttribute("aria-sort", n !== column ? "none" : down ? "descending" : "ascending"));
    show(0);
  }

  function show(number) {
    const last = Math.ceil(order.length / PAGE) - 1;
    page = Math.min(Math.max(number, 0), Math.max(last, 0));
    const shown = order.slice(page * PAGE, (page + 1) * PAGE);
    body.replaceChildren(...shown.map((row) =>
      el("tr", {}, ...columns.map((_, n) => el("td", { class: numbers[n] ? "number" : "" }, kit.term(row[n]))))));
    before.disabled = page === 0;
    after.disabled = page >= last;
    where.textContent = say("page", { from: page * PAGE + 1, to: page * PAGE + shown.length, n: order.length });
    kit.label(body);
  }
}
