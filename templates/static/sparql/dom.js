// Elements from texts, never from markup: whatever an answer holds stays text.
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null && value !== "") made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const SVG = "http://www.w3.org/2000/svg";

export function words(texts, lang) {
  const numbers = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
  return (key, values = {}) => {
    let text = texts[key];
    if (typeof text === "object") text = text[values.n === 1 || (values.n === 0 && lang === "fr") ? "one" : "other"];
    return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? numbers.format(values[name]) : values[name]));
  };
}

// A row of tabs (WAI-ARIA): the arrows move between them, Tab goes on to what they show.
export function tabs(label, names, chosen, choose) {
  const buttons = names.map(([name, text]) =>
    el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "view", onclick: () => pick(name) }, text),
  );
  const row = el("div", { role: "tablist", "aria-label": label, class: "tabs", onkeydown: move }, ...buttons);
  function pick(name, focus = false) {
    names.forEach(([other], n) => {
      buttons[n].setAttribute("aria-selected", String(other === name));
      buttons[n].tabIndex = other === name ? 0 : -1;
      if (focus && other === name) buttons[n].focus();
    });
    choose(name);
  }
  function move(event) {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    pick(names[(to + names.length) % names.length][0], true);
  }
  return { row, pick: () => pick(chosen) };
}
