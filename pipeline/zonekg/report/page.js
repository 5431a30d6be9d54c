"use strict";
// What every page does: tables go to the clipboard, the navigation shows where one is.
(() => {
  const clean = (text) => text.replace(/\s+/g, " ").trim();

  // a cell may say what it is worth for a spreadsheet: the exact number, or several columns
  const cellText = (cell) => cell.dataset.tsv ?? clean(cell.textContent);

  const rowText = (row) => {
    const parts = [];
    for (const cell of row.cells) {
      parts.push(cellText(cell));
      if (cell.dataset.tsv === undefined) {
        for (let i = 1; i < cell.colSpan; i += 1) parts.push("");
      }
    }
    return parts.join("\t");
  };

  const tableText = (table) => {
    const rows = [...table.rows].filter((row) => !row.hasAttribute("data-no-copy"));
    return rows.map(rowText).join("\n") + "\n";
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    const table = button?.closest("figure")?.querySelector("table");
    if (table) zonekg.copy(tableText(table), button);
  });

  // #documents?label=ORG names a section and what it is to show; browsers look for the whole as id
  const goTo = () => {
    const found = /^#([\w-]+)\?/.exec(location.hash);
    if (found) document.getElementById(found[1])?.scrollIntoView();
  };
  window.addEventListener("hashchange", goTo);
  goTo();

  const links = new Map();
  for (const link of document.querySelectorAll(".page-nav a")) {
    const section = document.getElementById(link.hash.slice(1));
    if (section) links.set(section, link);
  }
  const mark = () => {
    let here = null;
    for (const [section, link] of links) {
      link.removeAttribute("aria-current");
      if (section.getBoundingClientRect().top < 120) here = link;
    }
    const end = window.innerHeight + window.scrollY >= document.body.scrollHeight - 2;
    if (end && window.scrollY > 0) here = [...links.values()].at(-1) ?? null;
    here?.setAttribute("aria-current", "true");
  };
  let waiting = false;
  window.addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        mark();
      });
    },
    { passive: true },
  );
  mark();

  // what further scripts of a page use; those of the error browser share theirs in `browser`
  globalThis.zonekg = Object.freeze({ ...zonekg, browser: {} });
})();
