"use strict";
// The open document of the error browser: its head, gold and predicted side by side, and a table of
// its wrong relations. Also what the other files of the browser build on: elements, texts, and what
// is shown now. The texts were written by others, so they reach the page as text nodes and
// attributes alone.
(() => {
  const { browser, copy } = zonekg;
  const root = document.getElementById("browser");
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const index = JSON.parse(document.getElementById("browser-index").textContent);
  const SIDES = ["gold", "predicted"];
  const TASKS = { entities: "mentions", relations: "relations" };
  const SIGNS = {
    boundary: "↔", type: "≠", "boundary and type": "↔≠", missed: "−", spurious: "+",
    "missed, no mention": "−∅", "spurious, wrong mention": "+∅",
  };
  const NO_ERRORS = "no errors";

  // what the files of the browser share, and change
  const now = {
    errors: [],
    found: [], // the errors that pass the filters, in the order of the list
    chosen: null, // an error
    pinned: null, // start and end of the mention that was pressed
    focus: null, // start and end of the mention whose relations alone are drawn
    shown: null, // the open document: doc, body, chars, and column, svg and marks by side
  };
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
    if (now.shown?.doc !== doc) {
      now.shown = { doc, body, chars: Array.from(body.text), column: {}, svg: {}, marks: {} };
      part("document").hidden = false;
      showHead();
      showText();
      showFacts();
      part("scroll").scrollTop = 0;
    }
    return true;
  };

  const ownErrors = () => now.errors.filter((error) => error.doc === now.shown.doc);
  const allMarks = () => SIDES.flatMap((side) => now.shown.marks[side]);

  const showHead = () => {
    const { id, characters, link, page: source, place } = index.documents[now.shown.doc];
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
    const meta = Object.entries(now.shown.body.meta).filter(([, value]) => value)
      .map(([key, value]) => make("span", {}, make("i", {}, key), " ", make("bdi", {}, value)));
    part("title").replaceChildren(make("bdi", {}, id));
    part("links").replaceChildren(...links);
    part("meta").replaceChildren(make("span", {}, count(characters, "character")), ...meta);
    part("counts").replaceChildren(...(wrong.length ? wrong : [NO_ERRORS]));
  };

  // -- the text

  const put = (parent, start, end) => {
    const text = now.shown.chars.slice(start, end).join("");
    let at = 0;
    for (const { 0: mark, index: place } of text.matchAll(HIDDEN)) {
      parent.append(text.slice(at, place), make("span", { class: "sign" }, sign(mark)));
      at = place + mark.length;
    }
    parent.append(text.slice(at));
  };

  // where lines begin, and the end; a line feed inside a mention does not end a line
  const lineStarts = () => {
    const spans = SIDES.flatMap((side) => now.shown.body[side].mentions);
    const starts = [0];
    now.shown.chars.forEach((char, i) => {
      const at = i + 1;
      if (char !== "\n" || at === now.shown.chars.length) return;
      if (!spans.some(([start, end]) => start < at && at < end)) starts.push(at);
    });
    return [...starts, now.shown.chars.length];
  };

  const markOf = (side, i) => {
    const [start, end, label, confidence, kind] = now.shown.body[side].mentions[i];
    const known = side === "gold" ? "" : `confidence ${sure(confidence)}`;
    const mark = make("mark", {
      tabindex: "0", class: isWrong(kind) ? "wrong" : "right",
      title: [label, typeOf(label).name, kind, known].filter(Boolean).join(", "),
      "data-side": side, "data-i": i, "data-label": label, "data-kind": kind,
      "data-sign": SIGNS[kind] ?? "", "data-known": known,
    });
    put(mark, start, end);
    now.shown.marks[side].push(mark);
    return colored(mark, label);
  };

  const columnOf = (side, starts) => {
    const column = make("div", { class: "column", "data-side": side, lang: "zh" });
    const { mentions } = now.shown.body[side];
    now.shown.marks[side] = [];
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
    now.shown.column[side] = column;
    now.shown.svg[side] = draw("svg", { class: "curves", "aria-hidden": "true" });
    column.append(now.shown.svg[side]);
    return column;
  };

  const showText = () => {
    const starts = lineStarts();
    const heads = SIDES.map((side) => {
      const { mentions, relations } = now.shown.body[side];
      const held = `${count(mentions.length, "mention")}, ${count(relations.length, "relation")}`;
      return make("h4", {}, side === "gold" ? "Gold " : "Predicted ", make("small", {}, held));
    });
    part("columns").replaceChildren(...heads, ...SIDES.map((side) => columnOf(side, starts)));
  };

  // -- a table of the wrong relations

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
    // the button's clicks come here, too
    row.addEventListener("click", () => browser.choose(error));
    return row;
  };
  const showFacts = () => {
    const facts = ownErrors().filter(({ task }) => task === "relations");
    part("facts").hidden = !facts.length;
    part("rows").replaceChildren(...facts.map(factRow));
  };

  Object.assign(browser, {
    root, part, index, SIDES, TASKS, SIGNS, NO_ERRORS, now, plain, make, draw, button, typeOf,
    colored, isWrong, labelTag, kindTag, wordingOf, wording, count, sure, tell, inflate, open,
    ownErrors, allMarks, triple, guessed,
  });
})();
