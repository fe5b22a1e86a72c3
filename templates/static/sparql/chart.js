// An answer as bars: each row keeps its label and its number beside its bar, so that the chart is its own table.
const MOST = 50;

export function columnsOf({ columns, rows }, terms) {
  const places = /^(?:lat|long?|lng|latitude|longitude)$/i;
  const numbers = columns.map((_, n) => n).filter((n) => terms.isNumber(rows, n) && !places.test(columns[n]));
  const label = columns.findIndex((_, n) => !numbers.includes(n) && rows.some((row) => row[n]));
  return numbers.length && label >= 0 ? { label, numbers } : null;
}

export function chart(place, answer, kit) {
  const { el, say } = kit;
  const { columns, rows } = answer;
  const { label, numbers } = columnsOf(answer, kit.terms);
  const shown = rows.slice(0, MOST);
  const format = new Intl.NumberFormat(kit.data.lang);
  const title = el("h3");
  const body = el("tbody");
  const head = el("th", { scope: "col", class: "number" });
  const options = numbers.map((n) => el("option", { value: String(n) }, columns[n]));
  const select = el("select", { onchange: () => draw(Number(select.value)) }, ...options);
  const choice = numbers.length > 1 ? el("label", { class: "measure" }, say("chart_number"), " ", select) : "";
  const note = rows.length > MOST ? el("p", { class: "quiet-text" }, say("chart_part", { n: MOST })) : "";
  const heads = el("tr", {}, el("th", { scope: "col" }, columns[label]), head, el("td", { "aria-hidden": "true" }));
  place.append(title, choice, note, el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("chart") },
    el("table", { class: "bars" }, el("thead", {}, heads), body)));
  draw(numbers[0]);

  function draw(measure) {
    const values = shown.map((row) => row[measure]?.number ?? NaN).map((value) => (Number.isNaN(value) ? null : value));
    const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
    const scale = 1000 / (high - low || 1);
    title.textContent = say("chart_title", { number: columns[measure], label: columns[label] });
    head.textContent = columns[measure];
    body.replaceChildren(...shown.map((row, n) =>
      el("tr", {},
        el("th", { scope: "row" }, kit.term(row[label])),
        el("td", { class: "number" }, values[n] === null ? "" : format.format(values[n])),
        el("td", { class: "bar", "aria-hidden": "true" }, bar(kit.SVG, values[n], low, scale)))));
    kit.label(body);
  }
}

function bar(SVG, value, low, scale) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 1000 10");
  picture.setAttribute("preserveAspectRatio", "none");
  const box = document.createElementNS(SVG, "rect");
  const sizes = { x: (Math.min(value ?? 0, 0) - low) * scale, y: 0, width: Math.abs(value ?? 0) * scale, height: 10 };
  for (const [name, size] of Object.entries(sizes)) box.setAttribute(name, size);
  picture.append(box);
  return picture;
}
