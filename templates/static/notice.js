// The page of a notice: remembers whether codes are shown; says in words that an image could not be loaded.
(() => {
  const codes = document.getElementById("codes");
  if (codes) {
    try {
      codes.checked = localStorage.getItem("pop-codes") === "1";
      codes.addEventListener("change", () => localStorage.setItem("pop-codes", codes.checked ? "1" : "0"));
    } catch { /* storage is closed: the choice lasts as long as the page */ }
  }

  for (const image of document.querySelectorAll(".images .zoom img")) {
    const link = image.parentElement;
    const failed = () => {
      const words = JSON.parse(image.closest(".pictures").dataset.words);
      link.dataset.failed = link.closest("figure").classList.contains("large") ? words.failed : words.missing;
      link.classList.add("failed");
    };
    image.addEventListener("error", failed);
    if (image.complete && !image.naturalWidth) failed();
  }
})();
