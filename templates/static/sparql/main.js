// The page /sparql where scripts run: an editor over its form, and views over its answer. Without scripts the form works as it is.
const version = new URL(import.meta.url).search;
const asset = (name) => `/static/${name}${version}`;
const names = ["dom", "terms", "ask", "editor", "answer", "recent", "table", "chart", "map"];
const found = await Promise.all(names.map((name) => import(`./${name}.js${version}`)));
const load = Object.fromEntries(names.map((name, n) => [name, found[n]]));
const { dom, terms } = load;
const { el } = dom;

const data = JSON.parse(document.getElementById("page-data").textContent);
const say = dom.words(data.words, data.lang);
const form = document.getElementById("ask");
const place = document.getElementById("answer-body");
const section = document.getElementById("answer-section");
const fault = document.getElementById("fault");
const views = load.answer.answerView(place, { data, dom, terms, load, asset });
const editor = load.editor.edit(form.elements.query, { data, say, el, run: () => run() });
const recent = load.recent.recent(document.getElementById("recent"), { el, say, open });
const progress = waiting();
let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
document.getElementById("keys").hidden = false;
addEventListener("popstate", () => {
  const query = addressed();
  if (query === null) location.reload();
  else {
    editor.value = query;
    run({ remember: false });
  }
});
sieve(document.getElementById("sieve"));
start();

function open(query) {
  editor.value = query;
  editor.focus();
}

// What the server put on the page is taken over as it is: nothing is asked twice.
function start() {
  const long = location.hash.startsWith("#query=") ? addressed() : null;
  if (long !== null) {
    editor.value = long;
    run({ remember: false });
    return;
  }
  if (fault.dataset.line) editor.mark(Number(fault.dataset.line), Number(fault.dataset.column));
  const answer = load.recent.given(place, terms, views.labels);
  if (answer) views.show(answer, editor.value);
}

async function run({ timeout = 0, remember = true } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  const query = editor.value;
  editor.unmark();
  fault.replaceChildren();
  if (remember) address(query);
  recent.add(query);
  progress.start(timeout || data.deadline, () => mine.abort());
  try {
    const answer = await load.ask.ask(query, { lang: data.lang, timeout, signal: mine.signal, read: terms.read });
    if (running !== mine) return;
    if (answer.problem) failed(answer.problem);
    else {
      section.hidden = false;
      views.show(answer, query);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    if (running === mine) fault.replaceChildren(el("p", { class: "fault", role: "status" }, say("stopped")));
  } finally {
    if (running === mine) {
      running = null;
      progress.stop();
    }
  }
}

function failed(problem) {
  section.hidden = true;
  place.replaceChildren();
  const key = (problem.type ?? "").split("#")[1];
  const [text, detail] = [data.problems[key] ?? problem.detail ?? say("network"), data.problems[key] ? problem.detail : ""];
  const told = [el("h2", {}, problem.title ?? say("failed")), el("p", {}, text), detail && detail !== text ? el("pre", {}, detail) : ""];
  const box = el("div", { class: "fault", role: "alert" }, ...told.filter(Boolean));
  if (problem.line) {
    editor.mark(problem.line, problem.column);
    box.append(el("p", {}, say("place", { line: String(problem.line), column: String(problem.column) })), excerpt(problem));
  }
  if (problem.wait) box.append(el("p", {}, say("retry", { n: Number(problem.wait) })));
  if (key === "query-timeout" && data.longest > data.deadline) {
    const again = () => run({ timeout: data.longest, remember: false });
    box.append(el("p", {}, el("button", { type: "button", onclick: again }, say("longer", { n: data.longest }))));
  }
  fault.replaceChildren(box);
}

function excerpt({ excerpt: text, mark }) {
  const letters = [...text];
  const at = el("mark", {}, letters.slice(mark, mark + 1).join("") || " ");
  return el("pre", {}, letters.slice(0, mark).join(""), at, letters.slice(mark + 1).join(""));
}

// The query in the address, so that it can be sent and found again; one that is too long for the server stays after the #.
function address(query) {
  const lang = new URLSearchParams(location.search).get("lang");
  const short = `/sparql?${new URLSearchParams({ query, ...(lang ? { lang } : {}) })}`;
  const to = short.length <= data.link ? short : `/sparql${lang ? `?lang=${lang}` : ""}#query=${encodeURIComponent(query)}`;
  if (to !== location.pathname + location.search + location.hash) history.pushState(null, "", to);
  document.getElementById("question")?.remove();
  for (const link of document.querySelectorAll(".languages a[hreflang]")) {
    const there = new URL(location.href);
    there.searchParams.set("lang", link.hreflang);
    link.href = there;
  }
}

function addressed() {
  if (location.hash.startsWith("#query=")) return decodeURIComponent(location.hash.slice(7));
  return new URLSearchParams(location.search).get("query");
}

// Says that a query runs once it has for 0.3 s, with the way to stop it.
function waiting() {
  const box = document.getElementById("progress");
  const bar = el("progress", { "aria-hidden": "true" });
  const clock = el("span", { "aria-hidden": "true", class: "quiet-text" });
  let [timer, stop] = [0, () => {}];
  const button = el("button", { type: "button", class: "stop", onclick: () => stop() }, say("stop"));
  return {
    start(most, abort) {
      clearInterval(timer);
      [stop, bar.max] = [abort, most];
      const began = performance.now();
      timer = setInterval(() => {
        const n = (performance.now() - began) / 1000;
        if (n < 0.3) return;
        if (!box.childElementCount) box.replaceChildren(button, el("span", {}, say("running")), bar, clock);
        place.setAttribute("aria-busy", "true");
        bar.value = n;
        clock.textContent = say("running_for", { n: Math.floor(n), most });
      }, 100);
    },
    stop() {
      clearInterval(timer);
      const here = box.contains(document.activeElement);
      box.replaceChildren();
      place.removeAttribute("aria-busy");
      if (here) editor.focus();
    },
  };
}

function sieve(control) {
  control.hidden = false;
  const [select, said] = [control.querySelector("select"), control.querySelector("output")];
  select.addEventListener("change", () => {
    let n = 0;
    for (const item of document.querySelectorAll("#gallery li")) {
      item.hidden = Boolean(select.value) && !item.dataset.keywords.split("|").includes(select.value);
      n += !item.hidden;
    }
    said.textContent = said.dataset.text.replace("{n}", n);
  });
}
