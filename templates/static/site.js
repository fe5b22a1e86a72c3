// The copy button: shown only where it works.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  const said = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}

// The choice of appearance: automatic, light or dark, kept in this browser alone.
const choice = document.querySelector("#appearance");
if (choice) {
  const root = document.documentElement;
  choice.value = root.dataset.theme ?? "";
  choice.parentElement.hidden = false;
  choice.addEventListener("change", () => {
    if (choice.value) root.dataset.theme = choice.value;
    else delete root.dataset.theme;
    try {
      if (choice.value) localStorage.setItem("pop-theme", choice.value);
      else localStorage.removeItem("pop-theme");
    } catch { /* storage is closed: the choice lasts as long as the page */ }
  });
}

// Escape closes the menu of a phone, and gives the focus back to its button.
const menu = document.querySelector("details.menu");
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
