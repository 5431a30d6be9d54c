"use strict";
// The error browser: lists the errors, opens documents, shows gold and predicted side by side.
// This file ties the others together: what choosing does, the pointer, the keys, and the address.
(() => {
  const { browser, copy } = zonekg;
  const {
    root, part, index, SIGNS, NO_ERRORS, now, draw, colored, kindTag, wordingOf, tell,
    inflate, open, ownErrors, allMarks, showCurves, detailMark, detailChoice, showChoice, form,
    filters, refresh, turn, turnToChosen, tableText,
  } = browser;
  const fail = (error) => tell(`The documents can't be shown: ${error.message}`);

  // -- choosing

  // what follows from the choice: the place in the list, the curves, the address
  const settle = () => {
    now.focus = now.pinned;
    turnToChosen();
    showCurves();
    showChoice();
    writeAddress();
  };

  const choose = async (error, doc = error.doc) => {
    now.chosen = error;
    now.pinned = null;
    try {
      if (await open(doc)) settle();
    } catch (problem) {
      fail(problem);
    }
  };
  browser.choose = choose; // for what the other files put into the page

  const step = (way) => {
    const at = now.found.indexOf(now.chosen);
    const next = now.found[at < 0 ? 0 : at + way];
    if (next) choose(next);
  };

  const change = () => {
    refresh();
    writeAddress();
  };
  const clearFilters = () => {
    for (const name of Object.keys(filters)) filters[name] = "";
    change();
  };
  const letGo = () => (now.chosen || now.pinned ? choose(null, now.shown.doc) : clearFilters());

  // -- the pointer and the keyboard

  const spanOf = ({ dataset }) => now.shown.body[dataset.side].mentions[dataset.i].slice(0, 2);
  const point = ({ target, type }) => {
    const mark = type === "mouseleave" || type === "focusout" ? null : target.closest("mark");
    if (!mark && now.focus === now.pinned) return;
    now.focus = mark ? spanOf(mark) : now.pinned;
    if (mark) detailMark(mark);
    else detailChoice();
    showCurves();
  };
  const press = ({ target }) => {
    const mark = target.closest("mark");
    if (!mark) return;
    const { side, i } = mark.dataset;
    const isOf = (error) => error.task === "entities" && error[side][0]?.[0] === Number(i);
    now.chosen = ownErrors().find(isOf) ?? null;
    now.pinned = spanOf(mark);
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
    const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
    if (now.shown) query.set("doc", index.documents[now.shown.doc].id);
    if (now.chosen) query.set("at", now.chosen.at);
    // two relations may begin at one mention
    if (now.chosen?.task === "relations") query.set("to", now.chosen.to);
    try {
      history.replaceState(null, "", `#documents?${query}`);
    } catch {
      // Safari refuses more than 100 in half a minute; the next one will do
    }
  };

  const errorAt = (doc, query) => {
    const fits = (error) => error.doc === doc && String(error.at) === query.get("at") &&
      [null, String(error.to)].includes(query.get("to"));
    return now.found.find(fits) ?? now.errors.find(fits);
  };
  const revealPlace = (at) => {
    const mark = at && allMarks().find((one) => spanOf(one)[0] <= at && at < spanOf(one)[1]);
    if (mark) press({ target: mark });
  };

  const readAddress = async () => {
    const [, text] = /^#documents\?(.*)$/s.exec(location.hash) ?? [];
    if (text === undefined) return false;
    const query = new URLSearchParams(text);
    for (const name of Object.keys(filters)) filters[name] = query.get(name) ?? "";
    refresh();
    const doc = index.documents.findIndex(({ id }) => id === query.get("doc"));
    tell(query.has("doc") && doc < 0 ? `There is no document ${query.get("doc")} here.` : "");
    const error = query.has("doc") ? errorAt(doc, query) : now.found[0];
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
      filters[name] = value;
      change();
    };
    form.addEventListener("input", set);
    form.addEventListener("submit", (event) => event.preventDefault());
    part("switch").addEventListener("change", (event) => {
      if (filters.class === NO_ERRORS) filters.class = "";
      set(event);
    });
    const actions = {
      clear: clearFilters, tsv: () => copy(tableText(), part("tsv")),
      earlier: () => turn(-1), later: () => turn(1), previous: () => step(-1), next: () => step(1),
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
    now.errors = await inflate(document.getElementById("browser-errors"));
    for (const error of now.errors) {
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
