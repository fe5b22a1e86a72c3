// Suggestions while one types, as an ARIA combobox: every input with data-suggest, those that scripts add later too.
// A suggestion with a url leads there; another one fills the input in.
(() => {
  const WAIT = 80;
  let numbered = 0;

  function enhance(input) {
    const id = `suggest-${(numbered += 1)}`;
    const list = document.createElement("ul");
    const said = document.createElement("span");
    list.id = id;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.name ?? "");
    said.className = "quiet";
    said.setAttribute("role", "status");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off" })) input.setAttribute(name, value);
    const around = document.createElement("span");
    around.className = "suggesting";
    input.replaceWith(around);
    around.append(input, list, said);

    let asking = null;
    let timer = 0;
    let current = -1;
    let typed = input.value;
    let shown = [];

    function stay() {
      clearTimeout(timer);
      asking?.abort();
    }

    function close() {
      stay();
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    }

    function choose(at) {
      list.children[current]?.setAttribute("aria-selected", "false");
      current = at;
      const option = list.children[at];
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    }

    function take(at) {
      const { label, url } = shown[at];
      close();
      input.value = label;
      typed = label;
      if (url) location.assign(url);
      else input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function line(one, at) {
      const option = document.createElement("li");
      option.id = `${id}-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const part = (name, text) => {
        if (!text) return;
        const made = document.createElement("span");
        made.className = name;
        made.textContent = text;
        option.append(made, " ");
      };
      part("label", one.label);
      part("kind", one.kind_label);
      if (one.count > 0) part("count", one.count.toLocaleString(input.dataset.lang || undefined));
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(at));
      return option;
    }

    function show(found) {
      shown = found;
      current = -1;
      list.replaceChildren(...found.map(line));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      input.removeAttribute("aria-activedescendant");
      const { none = "", one = "", other = "" } = input.dataset;
      said.textContent = found.length > 1 ? other.replace("{n}", found.length) : found.length ? one : none;
    }

    async function ask() {
      const text = input.value.trim();
      asking?.abort();
      if (!text || !input.dataset.suggest) return close();
      asking = new AbortController();
      const where = new URL(input.dataset.suggest, location.href);
      where.searchParams.set(input.dataset.parameter ?? "q", text);
      if (input.dataset.lang) where.searchParams.set("lang", input.dataset.lang);
      try {
        const answer = await fetch(where, { signal: asking.signal, headers: { Accept: "application/json" } });
        if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
      } catch { /* a newer request, or no network: the form works without */ }
    }

    input.addEventListener("input", () => {
      typed = input.value;
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      const open = !list.hidden;
      const last = shown.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) return void ask();
        stay(); // an answer that is late would take the list away under who walks it
        const step = event.key === "ArrowDown" ? 1 : -1;
        choose(current + step > last ? -1 : current + step < -1 ? last : current + step);
      } else if (event.key === "Escape" && open) {
        event.preventDefault();
        close();
        input.value = typed;
      } else if (event.key === "Enter") {
        if (open && current >= 0) {
          event.preventDefault();
          take(current);
        } else close();
      } else if (event.key === "Tab") close();
    });
  }

  for (const input of document.querySelectorAll("input[data-suggest]")) enhance(input);
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset.suggest && target.getAttribute("role") !== "combobox") {
      enhance(target);
      target.focus();
    }
  });
})();
