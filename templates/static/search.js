// Filters at once: a box ticked is a search, and a facet's values are searched where they stand. Without scripts a button and a page do it.
(() => {
  const order = document.querySelector("details.sort");
  order?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !order.open) return;
    order.open = false;
    order.querySelector("summary").focus();
  });

  const form = document.querySelector(".sieve-form");
  if (!form) return;
  const WAIT = 150;
  const ticked = "pop-ticked";
  const within = { region: ["department", "commune"], department: ["commune"] }; // what goes with the place around it

  // What is empty says nothing: addresses stay short.
  form.addEventListener("submit", () => {
    for (const field of form.querySelectorAll("input:not([type=checkbox])")) field.disabled = field.value === "";
  });
  window.addEventListener("pageshow", () => {
    for (const field of form.querySelectorAll("input:disabled")) field.disabled = false;
  });

  form.addEventListener("change", ({ target }) => {
    if (target.type !== "checkbox") return;
    if (!target.checked) for (const inner of within[target.name] ?? []) {
      for (const box of form.querySelectorAll(`input[name=${inner}]:checked`)) box.checked = false;
    }
    try { sessionStorage.setItem(ticked, `${target.name}\n${target.value}`); } catch { /* storage is closed: the focus starts anew */ }
    form.requestSubmit();
  });

  // What a box does is said before it is ticked (WCAG 2.2 §3.2.2).
  form.prepend(Object.assign(document.createElement("p"), { className: "quiet-text at-once", textContent: form.dataset.atOnce }));

  // The focus comes back to the box that was ticked.
  try {
    const [name, value] = (sessionStorage.getItem(ticked) ?? "").split("\n");
    sessionStorage.removeItem(ticked);
    const box = [...form.querySelectorAll("input[type=checkbox]")].find((one) => one.name === name && one.value === value);
    if (box && form.offsetParent) {
      box.closest("details.facet").open = true;
      box.focus({ preventScroll: true });
      if (box.getBoundingClientRect().bottom > innerHeight || box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: "center" });
    }
  } catch { /* as above */ }

  function item(name, { value, label, count, chosen }) {
    const line = document.createElement("li");
    const said = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value, checked: chosen });
    const text = Object.assign(document.createElement("span"), { className: "text", textContent: label });
    const number = Object.assign(document.createElement("span"), { className: "count", textContent: count.toLocaleString(document.documentElement.lang) });
    said.append(box, " ", text, " ", number);
    line.append(said);
    return line;
  }

  for (const facet of form.querySelectorAll("details.facet")) {
    const more = facet.querySelector(".more:not(.plain) a");
    if (!more) continue;
    const list = facet.querySelector("ul");
    const first = [...list.children];
    const find = document.createElement("input");
    const said = Object.assign(document.createElement("span"), { className: "quiet" });
    said.setAttribute("role", "status");
    Object.assign(find, { type: "search", className: "within", placeholder: form.dataset.within, autocomplete: "off", maxLength: 100 });
    find.setAttribute("aria-label", `${form.dataset.within} : ${facet.querySelector("summary").textContent}`);
    list.before(find, said);
    let asking = null;
    let timer = 0;
    async function ask() {
      asking?.abort();
      const like = find.value.trim();
      if (!like) return list.replaceChildren(...first);
      asking = new AbortController();
      const where = new URL(more.href);
      where.searchParams.set("like", like);
      where.searchParams.set("limit", "20");
      try {
        const answer = await fetch(where, { signal: asking.signal, headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const found = await answer.json();
        list.replaceChildren(...found.values.map((one) => item(facet.dataset.facet, one)));
        said.textContent = found.values.length ? String(found.values.length) : form.dataset.none;
      } catch { /* a newer request */ }
    }
    find.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // it searches already; the form is for what is ticked
    });
  }
})();
