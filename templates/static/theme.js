// Before the first paint: the appearance that this browser was told to keep. Where none was, the system's own.
try {
  const kept = localStorage.getItem("pop-theme");
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
} catch { /* storage is closed: the system's appearance */ }
