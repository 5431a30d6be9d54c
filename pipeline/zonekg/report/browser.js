"use strict";
// The error browser: lists the errors, opens documents, shows gold and predicted side by side.
// The texts were written by others, so they reach the page as text nodes and attributes alone.
(() => {
  const root = document.getElementById("browser");
  if (!root) return;
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const index = JSON.parse(document.getElementById("browser-index").textContent);
  const form = part("filters");
  const SIDES = ["gold", "predicted"];
  const TASKS = { entities: "mentions", relations: "relations" };
  const SIGNS = {
    boundary: "↔", type: "≠", "boundary and type": "↔≠", missed: "−", spurious: "+",
    "missed, no mention": "−∅", "spurious, wrong mention": "+∅",
  };
  const NO_ERRORS = "no errors";
  const PAGE = 100; // errors or documents of the list at a time

  const state = {
    task: "", class: "", label: "", genre: "", q: "", confidence: "", order: "", list: "",
  };
  let errors = [];
  let found = []; // the errors that pass the filters, in the order of the list
  let page = 0;
  let chosen = null; // an error
  let pinned = null; // start and end of the mention that was pressed
  let focus = null; // start and end of the mention whose relations alone are drawn
  let shown = null; // the open document: doc, body, chars, and column, svg and marks by side
  let asked = 0; // counts openings, so that a slow chunk can't replace a later document

  // -- elements and texts

  const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const sign = (mark) =>
    `⟨U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  const plain = (text) => text.replace(HIDDEN, sign);

  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.map((one) => (typeof one === "string" ? plain(one) : one)));
    return element;
  };
  const make = (tag, attributes = {}, ...children) =>
    fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const button = (attributes, action, ...children) => {
    const made = make("button", { type: "button", ...attributes }, ...children);
    made.addEventListener("click", () => action(made));
    return made;
  };

  const typeOf = (label) => index.schema.entities[label] ?? index.schema.relations[label];
  const colored = (element, label) => {
    element.style.setProperty("--of", typeOf(label).color);
    return element;
  };
  const isWrong = (kind) => kind in SIGNS;
  const labelTag = (label) => colored(make("span", { class: "tag" }, label), label);
  const kindTag = (kind) => make("span", { class: isWrong(kind) ? "kind" : "kind ok" },
    make("b", {}, SIGNS[kind] ?? "✓"), kind);
  const wordingOf = (ends) => ends.map(([, text]) => text).join(" → ");
  const wording = (ends) => make("bdi", {}, wordingOf(ends));
  const count = (size, word) => `${size.toLocaleString("en")} ${word}${size === 1 ? "" : "s"}`;
  const sure = (value) => (value === null ? "" : value.toFixed(2));
  const tell = (text) => {
    part("note").textContent = plain(text);
    part("note").hidden = !text;
  };
  const fail = (error) => tell(`The documents can't be shown: ${error.message}`);

  // navigator.clipboard is missing where a browser holds file:// for unsafe
  const oldCopy = (text) => {
    const area = make("textarea", { readonly: "", class: "away" });
    area.value = text;
    root.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  const copy = async (text, from) => {
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    from.dataset.said ??= from.textContent;
    from.textContent = done || oldCopy(text) ? "Copied" : "Not copied";
    from.focus();
    setTimeout(() => { from.textContent = from.dataset.said; }, 1200);
  };

  // -- filters

  const TESTS = {
    task: (error, value) => error.task === value,
    class: (error, value) => error.class === value,
    label: (error, value) => error.label === value,
    genre: (error, value) => error.genre === value,
    confidence: (error, value) => error.confidence !== null && error.confidence >= Number(value),
    q: (error, value) => error.words.includes(value.toLowerCase()),
  };
  const passes = (error, except) => Object.keys(TESTS).every(
    (name) => name === except || !state[name] || TESTS[name](error, state[name]),
  );
  const listed = () => (state.class === NO_ERRORS ? "documents" : state.list);

  const GENRES = [...new Set(index.documents.map(({ genre }) => genre))].filter(Boolean).sort();
  const choices = () => {
    if (!Object.keys(TASKS).includes(state.task)) state.task = "";
    const tasks = Object.keys(TASKS).filter((task) => !state.task || task === state.task);
    const kinds = new Set(tasks.flatMap((task) => index.classes[task])); // some are of both tasks
    const labels = tasks.flatMap((task) => Object.keys(index.schema[task]));
    return { task: Object.keys(TASKS), class: [...kinds, NO_ERRORS], label: labels, genre: GENRES };
  };

  // the number at an option is what choosing it leaves
  const setOptions = (name, values) => {
    const left = new Map();
    for (const error of errors) {
      if (passes(error, name)) left.set(error[name], (left.get(error[name]) ?? 0) + 1);
    }
    const options = values.map((value) => {
      const held = value === NO_ERRORS ? "" : ` (${left.get(value) ?? 0})`;
      return make("option", { value }, `${TASKS[value] ?? value}${held}`);
    });
    form.elements[name].replaceChildren(make("option", { value: "" }, "all"), ...options);
    form.elements[name].value = state[name];
  };

  const showFilters = () => {
    // an address may ask for what there is not, and another task has other labels
    for (const name of ["confidence", "q", "order"]) {
      const field = form.elements[name];
      if (field.value !== state[name]) field.value = state[name];
      if (field.value !== state[name]) field.value = state[name] = "";
    }
    const groups = Object.entries(choices());
    for (const [name, values] of groups) if (!values.includes(state[name])) state[name] = "";
    for (const [name, values] of groups) setOptions(name, values);
    form.elements.genre.parentElement.hidden = GENRES.length < 2;
    for (const choice of part("switch").querySelectorAll("input")) {
      choice.checked = choice.value === listed();
    }
  };

  // -- the list

  // documents with the number of their errors under the filters, most first
  const foundDocuments = () => {
    const held = new Map();
    for (const { doc } of found) held.set(doc, (held.get(doc) ?? 0) + 1);
    const narrowed = ["task", "class", "label", "confidence"].some((name) => state[name]);
    const clean = ({ errors: kinds }) =>
      !kinds.some(([kind]) => !state.task || index.kinds[kind][0] === state.task);
    const named = ({ id, genre }) =>
      (!state.genre || genre === state.genre) && id.toLowerCase().includes(state.q.toLowerCase());
    const isFound = ({ entry, size }) => (state.class === NO_ERRORS
      ? clean(entry) && named(entry)
      : size > 0 || (!narrowed && named(entry)));
    return index.documents
      .map((entry, doc) => ({ entry, doc, size: held.get(doc) ?? 0 }))
      .filter(isFound)
      .sort((a, b) => b.size - a.size);
  };

  const item = (current, action, top, where, ...lines) => {
    const one = button({ class: "item" }, action, make("span", { class: "top" }, ...top),
      make("span", { class: "where" }, ...where), ...lines);
    if (current) one.setAttribute("aria-current", "true");
    return make("li", {}, one);
  };

  const errorItem = (error) => {
    const top = [kindTag(error.class), labelTag(error.label)];
    if (error.other === error.label) top.push("other direction");
    else if (error.other) top.push("→", labelTag(error.other));
    const { gold, predicted } = error;
    const lines = gold.length ? [make("span", { class: "gold" }, wording(gold))] : [];
    if (predicted.length && wordingOf(gold) !== wordingOf(predicted)) {
      lines.push(make("span", { class: "guess" }, wording(predicted)));
    }
    const where = [make("bdi", {}, index.documents[error.doc].id), " ", sure(error.confidence)];
    return item(error === chosen, () => choose(error), top, where, ...lines);
  };

  const documentItem = ({ entry, doc, size }) => {
    const facts = [entry.genre, count(entry.characters, "character")].filter(Boolean).join(", ");
    const where = [size ? count(size, "error") : NO_ERRORS];
    return item(doc === shown?.doc, () => choose(null, doc), [make("bdi", {}, entry.id)], where,
      make("span", { class: "about" }, facts));
  };

  const showList = () => {
    const whole = listed() === "documents";
    const rows = whole ? foundDocuments() : found;
    page = Math.max(0, Math.min(page, Math.ceil(rows.length / PAGE) - 1));
    const [start, end] = [page * PAGE, Math.min(page * PAGE + PAGE, rows.length)];
    const list = part("list");
    const held = list.contains(document.activeElement);
    list.replaceChildren(...rows.slice(start, end).map(whole ? documentItem : errorItem));
    const holders = count(new Set(found.map(({ doc }) => doc)).size, "document");
    part("count").textContent = whole
      ? count(rows.length, "document")
      : `${count(rows.length, "error")} in ${holders}`;
    part("pager").textContent = end ? `${start + 1}–${end}` : "none";
    part("earlier").disabled = page === 0;
    part("later").disabled = end === rows.length;
    part("step").textContent = `${found.indexOf(chosen) + 1 || "–"} of ${found.length}`;
    const current = list.querySelector("[aria-current]");
    if (current) reveal(list, current);
    else list.scrollTop = 0;
    if (held) (current ?? list).focus({ preventScroll: true });
  };

  const refresh = () => {
    showFilters(); // first, for it drops what is no choice
    found = errors.filter((error) => passes(error));
    if (state.order) found.sort((a, b) => (b.confidence ?? -1) - (a.confidence ?? -1));
    showList();
  };

  const cell = (value) => {
    const text = plain(String(value ?? "")).replace(/\s+/g, " ");
    return /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text; // no spreadsheet may run it
  };
  const tableText = () => {
    const head = "document task error label other gold predicted confidence start".split(" ");
    const rows = found.map((error) => [
      index.documents[error.doc].id, TASKS[error.task], error.class, error.label, error.other,
      ...SIDES.map((side) => wordingOf(error[side])), error.confidence, error.at,
    ]);
    return [head, ...rows].map((row) => `${row.map(cell).join("\t")}\n`).join("");
  };

  // -- documents, inflated when they are asked for

  const inflate = async (block) => {
    const bytes = Uint8Array.from(atob(block.textContent), (char) => char.charCodeAt(0));
    block.remove(); // it need not be held twice
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  const chunks = new Map();
  const bodyOf = async (doc) => {
    const chunk = Math.floor(doc / index.chunk);
    if (!chunks.has(chunk)) {
      chunks.set(chunk, inflate(root.querySelector(`[data-chunk="${chunk}"]`)));
    }
    return (await chunks.get(chunk))[doc % index.chunk];
  };

  // resolves to whether the document is still the one to show
  const open = async (doc) => {
    asked += 1;
    const turn = asked;
    const body = await bodyOf(doc);
    if (turn !== asked) return false;
    if (shown?.doc !== doc) {
      shown = { doc, body, chars: Array.from(body.text), column: {}, svg: {}, marks: {} };
      part("document").hidden = false;
      showHead();
      showText();
      showFacts();
      part("scroll").scrollTop = 0;
    }
    return true;
  };

  const ownErrors = () => errors.filter((error) => error.doc === shown.doc);
  const allMarks = () => SIDES.flatMap((side) => shown.marks[side]);

  const showHead = () => {
    const { id, characters, link, page: source, place } = index.documents[shown.doc];
    const links = [];
    for (const [href, text] of [[link, "annotation"], [source, "page"]]) {
      if (href) links.push(make("a", { href, target: "_blank", rel: "noopener noreferrer" }, text));
    }
    if (place) {
      links.push(make("code", {}, make("bdi", {}, place)));
      links.push(button({ "aria-label": "Copy the place" }, (self) => copy(place, self), "Copy"));
    }
    const sizes = new Map();
    for (const error of ownErrors()) sizes.set(error.class, (sizes.get(error.class) ?? 0) + 1);
    const wrong = [...sizes].map(([kind, size]) => make("span", {}, kindTag(kind), ` ${size}`));
    const meta = Object.entries(shown.body.meta).filter(([, value]) => value)
      .map(([key, value]) => make("span", {}, make("i", {}, key), " ", make("bdi", {}, value)));
    part("title").replaceChildren(make("bdi", {}, id));
    part("links").replaceChildren(...links);
    part("meta").replaceChildren(make("span", {}, count(characters, "character")), ...meta);
    part("counts").replaceChildren(...(wrong.length ? wrong : [NO_ERRORS]));
  };

  // -- the text

  const put = (parent, start, end) => {
    const text = shown.chars.slice(start, end).join("");
    let at = 0;
    for (const { 0: mark, index: place } of text.matchAll(HIDDEN)) {
      parent.append(text.slice(at, place), make("span", { class: "sign" }, sign(mark)));
      at = place + mark.length;
    }
    parent.append(text.slice(at));
  };

  // where lines begin, and the end; a line feed inside a mention does not end a line
  const lineStarts = () => {
    const spans = SIDES.flatMap((side) => shown.body[side].mentions);
    const starts = [0];
    shown.chars.forEach((char, i) => {
      const at = i + 1;
      if (char !== "\n" || at === shown.chars.length) return;
      if (!spans.some(([start, end]) => start < at && at < end)) starts.push(at);
    });
    return [...starts, shown.chars.length];
  };

  const markOf = (side, i) => {
    const [start, end, label, confidence, kind] = shown.body[side].mentions[i];
    const known = side === "gold" ? "" : `confidence ${sure(confidence)}`;
    const mark = make("mark", {
      tabindex: "0", class: isWrong(kind) ? "wrong" : "right",
      title: [label, typeOf(label).name, kind, known].filter(Boolean).join(", "),
      "data-side": side, "data-i": i, "data-label": label, "data-kind": kind,
      "data-sign": SIGNS[kind] ?? "", "data-known": known,
    });
    put(mark, start, end);
    shown.marks[side].push(mark);
    return colored(mark, label);
  };

  const columnOf = (side, starts) => {
    const column = make("div", { class: "column", "data-side": side, lang: "zh" });
    const { mentions } = shown.body[side];
    shown.marks[side] = [];
    for (let i = 0, next = 0; i + 1 < starts.length; i += 1) {
      const line = make("div", { class: "line" });
      let at = starts[i];
      for (; next < mentions.length && mentions[next][0] < starts[i + 1]; next += 1) {
        put(line, at, mentions[next][0]);
        line.append(markOf(side, next));
        at = mentions[next][1];
      }
      put(line, at, starts[i + 1]);
      column.append(line);
    }
    column.style.gridRow = `2 / span ${starts.length - 1}`; // so that lines stand side by side
    shown.column[side] = column;
    shown.svg[side] = draw("svg", { class: "curves", "aria-hidden": "true" });
    column.append(shown.svg[side]);
    return column;
  };

  const showText = () => {
    const starts = lineStarts();
    const heads = SIDES.map((side) => {
      const { mentions, relations } = shown.body[side];
      const held = `${count(mentions.length, "mention")}, ${count(relations.length, "relation")}`;
      return make("h4", {}, side === "gold" ? "Gold " : "Predicted ", make("small", {}, held));
    });
    part("columns").replaceChildren(...heads, ...SIDES.map((side) => columnOf(side, starts)));
  };

  // -- relations: curves over the text, and a table of the wrong ones

  // the pieces of two mentions that are nearest to each other, from the corner of their column
  const anchors = (side, head, tail) => {
    const corner = shown.column[side].getBoundingClientRect();
    const [starts, ends] = [head, tail].map((i) =>
      Array.from(shown.marks[side][i].getClientRects(), ({ left, right, top, bottom }) => ({
        x: (left + right) / 2 - corner.left, top: top - corner.top, bottom: bottom - corner.top,
      })));
    const pairs = starts.flatMap((from) => ends.map((to) => [from, to]));
    const length = ([from, to]) => Math.hypot(to.x - from.x, 5 * (to.top - from.top));
    return pairs.sort((a, b) => length(a) - length(b))[0];
  };

  // an arc over the line that holds both ends, else from the near edge of one to that of the other;
  // x and y: where its name has room, between two lines
  const shapeOf = (from, to, lineHeight) => {
    if (Math.abs(from.top - to.top) < lineHeight / 4) {
      const top = from.top - Math.min(15, 8 + Math.abs(to.x - from.x) / 30);
      const path = `M${from.x} ${from.top}C${from.x} ${top} ${to.x} ${top} ${to.x} ${to.top}`;
      return { path, x: (from.x + to.x) / 2, y: Math.floor(from.top / lineHeight) * lineHeight };
    }
    const [start, end] = from.top < to.top ? [from.bottom, to.top] : [from.top, to.bottom];
    const half = (start + end) / 2;
    const path = `M${from.x} ${start}C${from.x} ${half} ${to.x} ${half} ${to.x} ${end}`;
    const y = Math.round(half / lineHeight) * lineHeight;
    // the curve's y goes by 1.5 t (1 - t) + t³ of its height, near the middle by 0.75 t
    const t = 0.5 + (y - half) / (0.75 * (end - start));
    return { path, x: from.x + (to.x - from.x) * t * t * (3 - 2 * t), y };
  };

  const isChosen = (side, [head, tail, label]) => {
    if (chosen?.doc !== shown.doc) return false;
    const ends = chosen[side].map(([i]) => i);
    if (chosen.task === "entities") return ends.includes(head) || ends.includes(tail);
    const own = (side === "predicted" && chosen.other) || chosen.label;
    return ends[0] === head && ends[1] === tail && label === own;
  };
  const isDrawn = (side, row) => {
    const touches = (i) => {
      const [start, end] = shown.body[side].mentions[i];
      return start < focus[1] && focus[0] < end;
    };
    if (focus) return touches(row[0]) || touches(row[1]);
    const choice = part("relations").querySelector("input:checked").value;
    return isChosen(side, row) || choice === "all" || (choice === "wrong" && isWrong(row[4]));
  };

  const curveOf = (side, row, lineHeight) => {
    const [head, tail, label, score, kind, implied] = row;
    const ends = anchors(side, head, tail);
    if (!ends) return ""; // the page is hidden
    const { path, x, y } = shapeOf(...ends, lineHeight);
    const { name, symmetric } = typeOf(label);
    const names = ["relation", isWrong(kind) ? "wrong" : "right"];
    if (implied) names.push("implied");
    if (isChosen(side, row)) names.push("chosen");
    const way = implied ? ", follows from park in park" : "";
    const title = draw("title", {}, `${label} ${name}, ${kind}${way}, confidence ${sure(score)}`);
    const line = draw("path", { d: path }, title);
    const tip = isWrong(kind) ? "wrong" : label;
    if (!symmetric) line.setAttribute("marker-end", `url(#browser-arrow-${tip})`);
    const curve = draw("g", { class: names.join(" ") }, line, draw("text", { x, y }, name));
    return colored(curve, label);
  };

  const showCurves = () => {
    if (!shown) return;
    const lineHeight = parseFloat(getComputedStyle(shown.column.gold).lineHeight);
    for (const side of SIDES) {
      const rows = shown.body[side].relations.filter((row) => isDrawn(side, row));
      shown.svg[side].replaceChildren(...rows.map((row) => curveOf(side, row, lineHeight)));
    }
    part("columns").classList.toggle("single", !focus && chosen?.doc === shown.doc);
  };

  // of a relation head, label and tail, of a mention wording and label
  const triple = (ends, label) => {
    const [first, second] = ends.map((end) => wording([end]));
    if (!first) return ["–"];
    return [first, " ", labelTag(label), ...(second ? [" ", second] : [])];
  };
  const guessed = (error) => triple(error.predicted, error.other || error.label);

  const factRow = (error) => {
    const kind = button({ class: "plain" }, () => {}, kindTag(error.class));
    const cells = [[kind], triple(error.gold, error.label), guessed(error)];
    const row = make("tr", {}, ...cells.map((inner) => make("td", {}, ...inner)),
      make("td", { class: "n" }, sure(error.confidence)));
    row.addEventListener("click", () => choose(error)); // the button's clicks come here, too
    return row;
  };
  const showFacts = () => {
    const facts = ownErrors().filter(({ task }) => task === "relations");
    part("facts").hidden = !facts.length;
    part("rows").replaceChildren(...facts.map(factRow));
  };

  // -- choosing

  const reveal = (pane, element) => {
    if (getComputedStyle(pane).overflowY === "visible") { // a narrow window has one scroll bar
      element.scrollIntoView({ block: "center" });
      return;
    }
    const [place, frame] = [element, pane].map((one) => one.getBoundingClientRect());
    if (place.top < frame.top + 40 || place.bottom > frame.bottom - 40) {
      pane.scrollTop += place.top - frame.top - frame.height / 3;
    }
  };

  // one line about what the pointer is on, else about what is chosen
  const detail = (...said) => part("detail").replaceChildren(...said);
  const detailMark = ({ dataset: { kind, label, known } }) =>
    detail(kindTag(kind), " ", labelTag(label), ` ${typeOf(label).name} ${known}`);
  const detailChoice = () => {
    if (!chosen) return detail();
    const { gold, predicted, label } = chosen;
    const said = gold.length ? [" gold: ", ...triple(gold, label)] : [];
    if (predicted.length) said.push(" predicted: ", ...guessed(chosen));
    return detail(kindTag(chosen.class), ...said, ` ${sure(chosen.confidence)}`);
  };

  const showChoice = () => {
    const ends = new Set(SIDES.flatMap(
      (side) => (chosen?.[side] ?? []).map(([i]) => shown.marks[side][i]),
    ));
    for (const mark of allMarks()) {
      mark.classList.remove("chosen");
      if (ends.has(mark)) void mark.offsetWidth; // lets the flash begin anew
      mark.classList.toggle("chosen", ends.has(mark));
    }
    detailChoice();
    const [first] = ends;
    if (first) reveal(part("scroll"), first);
  };

  // what follows from the choice: the place in the list, the curves, the address
  const settle = () => {
    const at = found.indexOf(chosen);
    if (at >= 0 && listed() !== "documents") page = Math.floor(at / PAGE);
    focus = pinned;
    showList();
    showCurves();
    showChoice();
    writeAddress();
  };

  const choose = async (error, doc = error.doc) => {
    chosen = error;
    pinned = null;
    try {
      if (await open(doc)) settle();
    } catch (problem) {
      fail(problem);
    }
  };

  const step = (way) => {
    const at = found.indexOf(chosen);
    const next = found[at < 0 ? 0 : at + way];
    if (next) choose(next);
  };

  const change = () => {
    page = 0;
    refresh();
    writeAddress();
  };
  const clearFilters = () => {
    for (const name of Object.keys(state)) state[name] = "";
    change();
  };
  const letGo = () => (chosen || pinned ? choose(null, shown.doc) : clearFilters());

  // -- the pointer and the keyboard

  const spanOf = ({ dataset }) => shown.body[dataset.side].mentions[dataset.i].slice(0, 2);
  const point = ({ target, type }) => {
    const mark = type === "mouseleave" || type === "focusout" ? null : target.closest("mark");
    if (!mark && focus === pinned) return;
    focus = mark ? spanOf(mark) : pinned;
    if (mark) detailMark(mark);
    else detailChoice();
    showCurves();
  };
  const press = ({ target }) => {
    const mark = target.closest("mark");
    if (!mark) return;
    const { side, i } = mark.dataset;
    const isOf = (error) => error.task === "entities" && error[side][0]?.[0] === Number(i);
    chosen = ownErrors().find(isOf) ?? null;
    pinned = spanOf(mark);
    settle();
    detailMark(mark);
  };

  const KEYS = { j: () => step(1), k: () => step(-1), Escape: letGo };
  const onKey = (event) => {
    const { top, bottom } = root.getBoundingClientRect();
    const away = bottom < 0 || top > window.innerHeight || part("side").hidden;
    const typing = event.target.closest("input:not([type=radio]), select, textarea");
    if (away || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.matches("mark")) press(event);
    KEYS[event.key]?.();
  };

  // -- the address: #documents?task=entities&class=boundary&label=PROJECT&doc=ID&at=START

  const writeAddress = () => {
    const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value));
    if (shown) query.set("doc", index.documents[shown.doc].id);
    if (chosen) query.set("at", chosen.at);
    if (chosen?.task === "relations") query.set("to", chosen.to); // two may begin at one mention
    try {
      history.replaceState(null, "", `#documents?${query}`);
    } catch {
      // Safari refuses more than 100 in half a minute; the next one will do
    }
  };

  const errorAt = (doc, query) => {
    const fits = (error) => error.doc === doc && String(error.at) === query.get("at") &&
      [null, String(error.to)].includes(query.get("to"));
    return found.find(fits) ?? errors.find(fits);
  };
  const revealPlace = (at) => {
    const mark = at && allMarks().find((one) => spanOf(one)[0] <= at && at < spanOf(one)[1]);
    if (mark) press({ target: mark });
  };

  const readAddress = async () => {
    const [, text] = /^#documents\?(.*)$/s.exec(location.hash) ?? [];
    if (text === undefined) return false;
    const query = new URLSearchParams(text);
    for (const name of Object.keys(state)) state[name] = query.get(name) ?? "";
    page = 0;
    refresh();
    const doc = index.documents.findIndex(({ id }) => id === query.get("doc"));
    tell(query.has("doc") && doc < 0 ? `There is no document ${query.get("doc")} here.` : "");
    const error = query.has("doc") ? errorAt(doc, query) : found[0];
    if (error) {
      await choose(error);
    } else if (doc >= 0) {
      await choose(null, doc);
      revealPlace(Number(query.get("at")));
    }
    return true;
  };

  // -- the start

  const showKey = () => {
    const marker = (name) => draw("marker", {
      id: `browser-arrow-${name}`, class: name, viewBox: "0 0 8 8", refX: "7", refY: "4",
      markerWidth: "7", markerHeight: "7", markerUnits: "userSpaceOnUse", orient: "auto",
    }, draw("path", { d: "M0 0L8 4L0 8Z" }));
    const labels = Object.keys(index.schema.relations);
    part("arrows").append(marker("wrong"), ...labels.map((label) => colored(marker(label), label)));
    part("key").append(...Object.keys(SIGNS).map(kindTag));
  };

  const listen = () => {
    const set = ({ target: { name, value } }) => {
      state[name] = value;
      change();
    };
    form.addEventListener("input", set);
    form.addEventListener("submit", (event) => event.preventDefault());
    part("switch").addEventListener("change", (event) => {
      if (state.class === NO_ERRORS) state.class = "";
      set(event);
    });
    const turn = (way) => () => {
      page += way;
      showList();
    };
    const actions = {
      clear: clearFilters, tsv: () => copy(tableText(), part("tsv")),
      earlier: turn(-1), later: turn(1), previous: () => step(-1), next: () => step(1),
    };
    for (const [name, act] of Object.entries(actions)) part(name).addEventListener("click", act);
    part("relations").addEventListener("change", showCurves);
    for (const type of ["mouseover", "mouseleave", "focusin", "focusout"]) {
      part("columns").addEventListener(type, point);
    }
    part("columns").addEventListener("click", press);
    document.addEventListener("keydown", onKey);
    window.addEventListener("hashchange", readAddress);
    // also when fonts load and when a hidden page comes to sight
    new ResizeObserver(showCurves).observe(part("columns"));
  };

  const start = async () => {
    if (typeof DecompressionStream === "undefined") {
      throw new Error("this browser lacks DecompressionStream, which unpacks them; open the page " +
        "with Chrome or Edge 80, Firefox 113, Safari 16.4, or a newer one");
    }
    errors = await inflate(document.getElementById("browser-errors"));
    for (const error of errors) {
      const { id, genre } = index.documents[error.doc];
      const words = [id, wordingOf(error.gold), wordingOf(error.predicted)];
      Object.assign(error, { genre, words: words.join("\n").toLowerCase() });
    }
    part("side").hidden = false;
    tell("");
    showKey();
    listen();
    if (await readAddress()) return;
    refresh();
    if (index.documents.length && (await open(0))) showCurves();
  };
  start().catch(fail);
})();
