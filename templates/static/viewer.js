// The viewer of images: opened by the link of an image, which without scripts leads to the image itself. Nothing is loaded before.
(() => {
  const version = new URL(document.querySelector('link[href^="/static/style.css"]').href).search;
  let loaded = null;

  // OpenSeadragon writes a rule of its own into a <style>, which the site's policy forbids; where it finds this mark, it does not.
  function marked() {
    const mark = document.createElementNS("urn:pop", "style");
    mark.setAttribute("data-openseadragon-mobile-css", "true");
    document.head.append(mark);
  }

  function library() {
    if (!loaded) marked();
    loaded ??= new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src: `/static/vendor/openseadragon.js${version}` });
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(script);
    });
    return loaded;
  }

  function button(text, label, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    if (label !== text) made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", act);
    return made;
  }

  function open(gallery, start) {
    const words = JSON.parse(gallery.dataset.words);
    const links = [...gallery.querySelectorAll("a.zoom:not(.failed)")];
    const dialog = document.createElement("dialog");
    dialog.className = "viewer";
    dialog.setAttribute("aria-label", gallery.dataset.title);
    const bar = Object.assign(document.createElement("div"), { className: "bar" });
    const canvas = Object.assign(document.createElement("div"), { className: "canvas" });
    const caption = Object.assign(document.createElement("p"), { className: "words" });
    caption.setAttribute("aria-live", "polite");
    let at = Math.max(links.indexOf(start), 0);
    let viewer = null;

    const show = () => {
      caption.replaceChildren();
      const beside = links[at].closest("figure").querySelector("figcaption");
      caption.textContent = beside.innerText.replace(/\s*\n\s*/g, " · ");
      canvas.querySelector("p")?.remove();
      viewer?.open({ type: "image", url: links[at].href, crossOriginPolicy: false });
    };
    const step = (by) => { at = (at + by + links.length) % links.length; show(); };
    const zoom = (by) => { viewer?.viewport.zoomBy(by); viewer?.viewport.applyConstraints(); };
    const pan = (x, y) => {
      if (!viewer) return;
      viewer.viewport.panBy(viewer.viewport.deltaPointsFromPixels(new window.OpenSeadragon.Point(x, y)));
      viewer.viewport.applyConstraints();
    };
    const whole = () => viewer?.viewport.goHome();
    bar.append(button("+", words.zoom_in, () => zoom(1.5)), button("−", words.zoom_out, () => zoom(1 / 1.5)), button(words.whole, words.whole, whole));
    if (links.length > 1) bar.append(button("‹", words.previous, () => step(-1)), button("›", words.next, () => step(1)));
    bar.append(button(words.close, words.close, () => dialog.close()));
    const keys = { "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: whole, ArrowLeft: () => pan(-80, 0), ArrowRight: () => pan(80, 0), ArrowUp: () => pan(0, -80), ArrowDown: () => pan(0, 80), PageDown: () => step(1), PageUp: () => step(-1) };
    dialog.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    dialog.addEventListener("close", () => { viewer?.destroy(); dialog.remove(); links[at].focus(); });
    dialog.append(bar, canvas, caption);
    const help = Object.assign(document.createElement("p"), { className: "quiet", textContent: words.help });
    caption.before(help);
    document.body.append(dialog);
    dialog.showModal();
    const failed = () => {
      canvas.querySelector("p")?.remove();
      canvas.append(Object.assign(document.createElement("p"), { textContent: words.failed }));
    };
    library().then(() => {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      viewer = window.OpenSeadragon({
        element: canvas, drawer: "canvas", showNavigationControl: false, keyboardNavEnabled: false, animationTime: still ? 0 : 0.15,
        visibilityRatio: 0.5, maxZoomPixelRatio: 4, gestureSettingsMouse: { clickToZoom: true }, tabIndex: "",
      });
      viewer.addHandler("open-failed", failed);
      viewer.addHandler("tile-load-failed", failed);
      show();
    }, failed);
  }

  for (const gallery of document.querySelectorAll(".pictures")) {
    gallery.addEventListener("click", (event) => {
      const link = event.target.closest("a.zoom");
      if (!link || link.classList.contains("failed") || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      open(gallery, link);
    });
  }
})();
