// The form of an advanced search: lines and groups come and go without asking the server; values are suggested as one types (suggest.js).
(() => {
  const form = document.querySelector("form.advanced");
  const blank = document.querySelector("#blank-line");
  if (!form || !blank) return;
  const groups = form.querySelector(".groups");
  const MOST = 100;
  const MOST_GROUPS = 12;

  const lines = () => [...groups.querySelectorAll(".line")];

  // What a line asks: the address of the suggestions of its field, and whether it takes a value at all.
  function fit(line) {
    const input = line.querySelector("input[name=value]");
    const field = line.querySelector("select[name=field]").value;
    const operator = line.querySelector("select[name=op]");
    const dot = field.match(/^([a-z]+)\.(.+)$/);
    const scope = dot ? `/search/fields/${dot[1]}/` : input.dataset.values;
    if (field) input.dataset.suggest = scope + encodeURIComponent(dot ? dot[2] : field);
    else delete input.dataset.suggest;
    line.classList.toggle("bare", operator.selectedOptions[0].hasAttribute("data-bare"));
  }

  function number() {
    const found = lines();
    found.forEach((line, at) => {
      line.setAttribute("aria-label", form.dataset.line.replace("{n}", at + 1));
      line.querySelector("button").setAttribute("aria-label", form.dataset.remove.replace("{n}", at + 1));
      line.id = `row-${at + 1}`;
    });
    const fieldsets = [...groups.children];
    fieldsets.forEach((group, at) => {
      group.querySelector("legend").textContent = form.dataset.group.replace("{n}", at + 1);
      group.querySelector("button.add").value = `add.${at}`;
      group.querySelectorAll(".line").forEach((line, place) => { line.querySelector("button").value = `remove.${at}.${place}`; });
    });
    form.querySelector(".between").hidden = fieldsets.length < 2;
    for (const button of form.querySelectorAll("button.add")) button.disabled = found.length >= MOST;
    form.querySelector("button[value=group]").disabled = found.length >= MOST || fieldsets.length >= MOST_GROUPS;
  }

  function fresh() {
    const line = document.importNode(blank.content, true).querySelector(".line");
    fit(line);
    return line;
  }

  function add(group) {
    const line = fresh();
    group.querySelector(".lines").append(line);
    number();
    line.querySelector("select").focus();
  }

  function addGroup() {
    const group = groups.lastElementChild.cloneNode(true);
    group.querySelector(".lines").replaceChildren(fresh());
    group.querySelector("select[name=group]").value = "and";
    groups.append(group);
    number();
    group.querySelector("select").focus();
  }

  function remove(line) {
    const group = line.closest(".group");
    const at = lines().indexOf(line);
    line.remove();
    if (!group.querySelector(".line")) {
      if (groups.children.length > 1) group.remove();
      else group.querySelector(".lines").append(fresh());
    }
    number();
    const left = lines();
    left[Math.min(at, left.length - 1)].querySelector("select").focus();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    const [name] = button?.value.split(".") ?? [];
    if (!["add", "group", "remove"].includes(name)) return;
    event.preventDefault();
    if (name === "add") add(button.closest(".group"));
    else if (name === "group") addGroup();
    else remove(button.closest(".line"));
  });
  form.addEventListener("change", ({ target }) => {
    if (target.matches("select[name=field], select[name=op]")) fit(target.closest(".line"));
  });

  lines().forEach(fit);
  document.querySelector(".fault[role=alert]")?.focus();
})();
