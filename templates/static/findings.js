// The sieve over a list of findings: shown only where it works, so that without it the whole list is there.
for (const form of document.querySelectorAll("form[data-sieve]")) {
  const items = [...document.getElementById(form.dataset.sieve).children];
  const said = form.querySelector("output");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const wanted = Object.fromEntries(new FormData(form));
    const ref = wanted.ref.trim().toLowerCase();
    let shown = 0;
    for (const item of items) {
      const { severity, field, code } = item.dataset;
      const kept = (!wanted.severity || severity === wanted.severity) && (!wanted.field || field === wanted.field) &&
        (!wanted.code || code === wanted.code) && (!ref || item.dataset.ref.toLowerCase().includes(ref));
      item.hidden = !kept;
      shown += kept;
    }
    said.textContent = said.dataset.one.replace("{n}", shown);
  });
}
