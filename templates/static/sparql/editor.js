// Yasqe over the plain text area: colours, completion from the release, marks where a query is wrong. Nothing leaves the site.
const THING = 3;

export function edit(textarea, { data, say, el, run }) {
  const { Yasqe } = window;
  if (!Yasqe) return plain(textarea, run);
  let [asked, typed] = [false, false];
  setUp(Yasqe, data, say, el, { explicit: () => asked, wanted: () => asked || typed });
  const holder = el("div", { class: "editor" });
  textarea.before(holder);
  const keys = {
    "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": false,
    Esc: leave, Tab: "indentMore", "Shift-Tab": "indentLess",
    "Ctrl-Space": (editor) => {
      asked = true;
      editor.autocomplete();
      asked = false;
    },
  };
  const yasqe = new Yasqe(holder, {
    value: textarea.value, autocompleters: ["prefixes", "variables", "class", "property", "thing"],
    persistenceId: null, consumeShareLink: null, createShareableLink: null, showQueryButton: false, resizeable: false, editorHeight: "auto", viewportMargin: Infinity,
    collapsePrefixesOnLoad: true, extraKeys: keys, screenReaderLabel: say("query"), requestConfig: { endpoint: "/sparql" },
  });
  yasqe.showNotification = () => {}; // in English only, and the keys are said under the editor
  yasqe.getInputField().setAttribute("aria-describedby", "keys");
  textarea.hidden = true;
  textarea.labels[0]?.addEventListener("click", () => yasqe.focus());
  let marked = null;
  yasqe.on("change", () => {
    textarea.value = yasqe.getValue();
    explain(yasqe, say);
    unmark();
  });
  yasqe.on("blur", () => yasqe.setOption("extraKeys", { ...yasqe.getOption("extraKeys"), Tab: "indentMore", "Shift-Tab": "indentLess" }));
  yasqe.on("beforeChange", (_, { origin }) => (typed = /^[+*]/.test(origin ?? "")));
  yasqe.on("cursorActivity", () => (typed = false)); // completion is for who types, not for who moves about
  explain(yasqe, say);

  // After Esc, the Tab key is the browser's until the editor is left: no trap for the keyboard.
  function leave() {
    yasqe.setOption("extraKeys", { ...yasqe.getOption("extraKeys"), Tab: false, "Shift-Tab": false });
  }

  function unmark() {
    if (marked !== null) yasqe.removeLineClass(marked, "background", "fault-line");
    marked = null;
  }

  return {
    get value() {
      return yasqe.getValue();
    },
    set value(text) {
      yasqe.setValue(text);
      yasqe.collapsePrefixes(true);
    },
    mark(line, column) {
      unmark();
      yasqe.collapsePrefixes(false);
      marked = yasqe.addLineClass(Math.min(line, yasqe.lineCount()) - 1, "background", "fault-line");
      yasqe.setCursor({ line: line - 1, ch: Math.max(column - 1, 0) });
      yasqe.scrollIntoView(null, 60);
    },
    unmark,
    focus: () => yasqe.focus(),
  };
}

function plain(textarea, run) {
  textarea.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  return {
    get value() { return textarea.value; },
    set value(text) { textarea.value = text; },
    mark: () => textarea.focus(), unmark() {}, focus: () => textarea.focus(),
  };
}

// The mark in the margin says in the reader's language what was expected; Yasqe's own tooltip is English and breaks style-src.
function explain(yasqe, say) {
  yasqe.getDoc().eachLine((line) => {
    const mark = line.gutterMarkers?.gutterErrorBar;
    if (!mark) return;
    mark.onmouseover = mark.onmouseout = null;
    const { state } = yasqe.getTokenAt({ line: line.lineNo(), ch: line.text.length }, true);
    const expected = (state.possibleCurrent ?? []).slice(0, 12).join(" ");
    mark.title = say("invalid", { expected: state.errorMsg ?? expected });
  });
}

// Completion ----------------------------------------------------------------------------------------------------------------

let ready = false;

function setUp(Yasqe, data, say, el, moment) {
  if (ready) return;
  ready = true;
  const own = Yasqe.Autocompleters;
  const spaces = Object.entries(data.prefixes);
  const declarations = () => spaces.map(([name, space]) => `${name}: <${space}>`);
  Yasqe.registerAutocompleter({ ...own.prefixes, persistenceId: null, bulk: true, get: declarations }, false);
  const atClass = own.class.isValidCompletionPosition;
  Yasqe.registerAutocompleter(completer("class", (yasqe) => moment.wanted() && atClass(yasqe), true), false);
  Yasqe.registerAutocompleter(completer("property", atPredicate, true), false);
  Yasqe.registerAutocompleter(completer("thing", atThing, false), false);
  const known = new Map();
  const items = new Map();

  function completer(name, isValidCompletionPosition, autoShow) {
    const kind = name === "thing" ? "value" : name;
    return {
      name, isValidCompletionPosition, autoShow, bulk: false, persistenceId: null,
      get: async (yasqe, token) => (await suggested(kind, wanted(yasqe, token.string))).map((item) => item.iri),
      postprocessHints: (yasqe, hints) => hints.map((hint) => offered(yasqe, hint, kind)),
    };
  }

  function atPredicate(yasqe) {
    const token = yasqe.getCompleteToken();
    if (!moment.wanted() || /^[?$_"'[({]/.test(token.string) || atClass(yasqe)) return false;
    return (token.string.trim() !== "" || moment.explicit()) && token.state.possibleCurrent.includes("a");
  }

  function atThing(yasqe) {
    const { string } = yasqe.getCompleteToken();
    return moment.explicit() && /^["'<]/.test(string) && string.length > THING;
  }

  async function suggested(kind, text) {
    const key = `${kind} ${text}`;
    if (!known.has(key)) {
      const asked = new URLSearchParams({ kind, text, lang: data.lang });
      const none = { suggestions: [] };
      known.set(key, fetch(`/sparql/complete?${asked}`).then((r) => (r.ok ? r.json() : none)).catch(() => none));
    }
    const { suggestions } = await known.get(key);
    for (const item of suggestions) items.set(item.iri, item);
    return suggestions;
  }

  // A prefix that this query alone has is written out; ours are known to the server.
  function wanted(yasqe, text) {
    const found = /^([\w-]*):(.*)$/.exec(text);
    const space = found && yasqe.getPrefixesFromQuery()[found[1]];
    return space && data.prefixes[found[1]] !== space ? space + found[2] : text.replace(/^["'<]+|["'>]+$/g, "").trim();
  }

  function offered(yasqe, hint, kind) {
    const item = items.get(hint.text);
    const { text, needs } = written(yasqe, item);
    const shown = kind === "value" ? [item.label, item.note] : [item.name || item.iri, item.label];
    const count = item.count ? say(kind === "class" ? "instances" : "completes", { n: item.count }) : "";
    return {
      ...hint, text, displayText: shown.join(" "),
      render: (place) => place.append(
        el("span", { class: "hint-name" }, shown[0]), " ",
        el("span", { class: "hint-label" }, shown[1] ?? ""), " ",
        el("span", { class: "hint-count" }, count)),
      hint: (editor, { from, to }) => {
        editor.replaceRange(text, hint.from ?? from, hint.to ?? to, "complete");
        if (needs) yasqe.addPrefixes(needs);
      },
    };
  }

  // How a suggestion is written in this query, and the prefix that it then needs.
  function written(yasqe, item) {
    const declared = yasqe.getPrefixesFromQuery();
    const [prefix, local] = item.name ? item.name.split(/:(.*)/s) : ["", ""];
    const space = data.prefixes[prefix];
    if (!item.name) return { text: `<${item.iri}>` };
    const here = Object.keys(declared).find((name) => declared[name] === space);
    if (here !== undefined) return { text: `${here}:${local}` };
    return prefix in declared ? { text: `<${item.iri}>` } : { text: item.name, needs: { [prefix]: space } };
  }
}
