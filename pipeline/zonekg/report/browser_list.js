"use strict";
// The list of the error browser: the errors or documents that pass the filters.
(() => {
  const { browser } = zonekg;
  const {
    part, index, SIDES, TASKS, NO_ERRORS, now, plain, make, button, labelTag, kindTag, wordingOf,
    wording, count, sure, reveal,
  } = browser;
  const form = part("filters");
  const PAGE = 100; // errors or documents of the list at a time

  const filters = {
    task: "", class: "", label: "", genre: "", q: "", confidence: "", order: "", list: "",
  };
  let page = 0;

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
    (name) => name === except || !filters[name] || TESTS[name](error, filters[name]),
  );
  const listed = () => (filters.class === NO_ERRORS ? "documents" : filters.list);

  const GENRES = [...new Set(index.documents.map(({ genre }) => genre))].filter(Boolean).sort();
  const choices = () => {
    if (!Object.keys(TASKS).includes(filters.task)) filters.task = "";
    const tasks = Object.keys(TASKS).filter((task) => !filters.task || task === filters.task);
    const kinds = new Set(tasks.flatMap((task) => index.classes[task])); // some are of both tasks
    const labels = tasks.flatMap((task) => Object.keys(index.schema[task]));
    return { task: Object.keys(TASKS), class: [...kinds, NO_ERRORS], label: labels, genre: GENRES };
  };

  // the number at an option is what choosing it leaves
  const setOptions = (name, values) => {
    const left = new Map();
    for (const error of now.errors) {
      if (passes(error, name)) left.set(error[name], (left.get(error[name]) ?? 0) + 1);
    }
    const options = values.map((value) => {
      const held = value === NO_ERRORS ? "" : ` (${left.get(value) ?? 0})`;
      return make("option", { value }, `${TASKS[value] ?? value}${held}`);
    });
    form.elements[name].replaceChildren(make("option", { value: "" }, "all"), ...options);
    form.elements[name].value = filters[name];
  };

  const showFilters = () => {
    // an address may ask for what there is not, and another task has other labels
    for (const name of ["confidence", "q", "order"]) {
      const field = form.elements[name];
      if (field.value !== filters[name]) field.value = filters[name];
      if (field.value !== filters[name]) field.value = filters[name] = "";
    }
    const groups = Object.entries(choices());
    for (const [name, values] of groups) if (!values.includes(filters[name])) filters[name] = "";
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
    for (const { doc } of now.found) held.set(doc, (held.get(doc) ?? 0) + 1);
    const narrowed = ["task", "class", "label", "confidence"].some((name) => filters[name]);
    const clean = ({ errors: kinds }) =>
      !kinds.some(([kind]) => !filters.task || index.kinds[kind][0] === filters.task);
    const words = filters.q.toLowerCase();
    const named = ({ id, genre }) =>
      (!filters.genre || genre === filters.genre) && id.toLowerCase().includes(words);
    const isFound = ({ entry, size }) => (filters.class === NO_ERRORS
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
    return item(error === now.chosen, () => browser.choose(error), top, where, ...lines);
  };

  const documentItem = ({ entry, doc, size }) => {
    const facts = [entry.genre, count(entry.characters, "character")].filter(Boolean).join(", ");
    const where = [size ? count(size, "error") : NO_ERRORS];
    return item(doc === now.shown?.doc, () => browser.choose(null, doc),
      [make("bdi", {}, entry.id)], where, make("span", { class: "about" }, facts));
  };

  const showList = () => {
    const whole = listed() === "documents";
    const rows = whole ? foundDocuments() : now.found;
    page = Math.max(0, Math.min(page, Math.ceil(rows.length / PAGE) - 1));
    const [start, end] = [page * PAGE, Math.min(page * PAGE + PAGE, rows.length)];
    const list = part("list");
    const held = list.contains(document.activeElement);
    list.replaceChildren(...rows.slice(start, end).map(whole ? documentItem : errorItem));
    const holders = count(new Set(now.found.map(({ doc }) => doc)).size, "document");
    part("count").textContent = whole
      ? count(rows.length, "document")
      : `${count(rows.length, "error")} in ${holders}`;
    part("pager").textContent = end ? `${start + 1}–${end}` : "none";
    part("earlier").disabled = page === 0;
    part("later").disabled = end === rows.length;
    const place = now.found.indexOf(now.chosen) + 1;
    part("step").textContent = `${place || "–"} of ${now.found.length}`;
    const current = list.querySelector("[aria-current]");
    if (current) reveal(list, current);
    else list.scrollTop = 0;
    if (held) (current ?? list).focus({ preventScroll: true });
  };

  const turn = (way) => {
    page += way;
    showList();
  };
  // to the part that holds the chosen error
  const turnToChosen = () => {
    const at = now.found.indexOf(now.chosen);
    if (at >= 0 && listed() !== "documents") page = Math.floor(at / PAGE);
    showList();
  };

  const refresh = () => {
    page = 0;
    showFilters(); // first, for it drops what is no choice
    now.found = now.errors.filter((error) => passes(error));
    if (filters.order) now.found.sort((a, b) => (b.confidence ?? -1) - (a.confidence ?? -1));
    showList();
  };

  const cell = (value) => {
    const text = plain(String(value ?? "")).replace(/\s+/g, " ");
    return /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text; // no spreadsheet may run it
  };
  const tableText = () => {
    const head = "document task error label other gold predicted confidence start".split(" ");
    const rows = now.found.map((error) => [
      index.documents[error.doc].id, TASKS[error.task], error.class, error.label, error.other,
      ...SIDES.map((side) => wordingOf(error[side])), error.confidence, error.at,
    ]);
    return [head, ...rows].map((row) => `${row.map(cell).join("\t")}\n`).join("");
  };

  Object.assign(browser, { form, filters, refresh, turn, turnToChosen, tableText });
})();
