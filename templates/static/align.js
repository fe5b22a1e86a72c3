// The review of suggestions by keyboard: j and k go on and back, a accepts, r rejects, l leaves.
"use strict";
{
  const items = [...document.querySelectorAll("#review > li")];
  const verdicts = { a: "accepted", r: "rejected", l: "" };
  let current = -1;

  const go = (number) => {
    if (number < 0 || number >= items.length) return;
    items[current]?.classList.remove("current");
    current = number;
    items[current].classList.add("current");
    items[current].focus({ preventScroll: true });
    items[current].scrollIntoView({ block: "center" });
  };

  if (items.length) {
    document.getElementById("keys").hidden = false;
    document.addEventListener("focusin", (event) => {
      const found = items.findIndex((item) => item.contains(event.target));
      if (found >= 0) current = found;
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input:not([type=radio]), textarea, select")) return;
      if (event.key === "j") go(current + 1);
      else if (event.key === "k") go(current - 1);
      else if (event.key in verdicts && current >= 0) {
        const radios = [...items[current].querySelectorAll("input[type=radio]")];
        radios.find((radio) => radio.value === verdicts[event.key]).checked = true;
        go(current + 1);
      } else return;
      event.preventDefault();
    });
  }
}
