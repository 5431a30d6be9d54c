"use strict";
// Sentences with the names of those that they tell of marked.
(() => {
  const { viewer } = zonekg;
  const { make, said, colored } = viewer;

  const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  // the names of nodes inside a sentence become marks in their colours, the longest name first
  const sentence = (text, ends, amounts = []) => {
    const labels = new Map();
    for (const node of ends) {
      for (const name of [node.label, ...node.aliases]) {
        if ([...name].length > 1 && !labels.has(name)) labels.set(name, node.entity_type);
      }
    }
    for (const amount of amounts.filter(Boolean)) labels.set(amount, "MONEY");
    const item = make("bdi", {});
    if (!labels.size) {
      item.append(text);
      return item;
    }
    const names = [...labels.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    const pattern = new RegExp(names.map(escaped).join("|"), "gu");
    let from = 0;
    for (const found of text.matchAll(pattern)) {
      item.append(text.slice(from, found.index), colored(make("mark", {}, found[0]), labels.get(found[0])));
      from = found.index + found[0].length;
    }
    item.append(text.slice(from));
    return item;
  };
  const quote = (text, ends, amounts, title, source) =>
    make("blockquote", {}, make("p", {}, sentence(text, ends, amounts)),
      title || source ? make("footer", {}, title ? said(`《${title}》`) : "",
        source ? make("span", { class: "source" }, said(source)) : null) : null);

  Object.assign(viewer, { quote });
})();
