"use strict";
// The search box: any part of a name or an alias, full-width or not; arrows choose, Enter flies there.
(() => {
  const { viewer } = zonekg;
  const { nodes, shown, part, make, said, dot, t, labelOf } = viewer;
  const MOST = 12;
  const field = part("search");
  const options = part("options");
  const folded = (text) => text.normalize("NFKC").toLowerCase();
  const names = nodes.map((node) => [node.label, ...node.aliases].map(folded));

  // 3 for a whole name, 2 for its beginning, 1 for any part; aliases a little less
  const rank = (all, text) => {
    let best = 0;
    for (const [i, name] of all.entries()) {
      const fits = name === text ? 3 : name.startsWith(text) ? 2 : name.includes(text) ? 1 : 0;
      best = Math.max(best, fits && fits - (i ? 0.5 : 0));
    }
    return best;
  };
  const find = (wanted) => {
    const text = folded(wanted.trim());
    if (!text) return [];
    const hits = nodes.map((node, i) => ({ node, fits: rank(names[i], text) })).filter(({ fits }) => fits);
    hits.sort((a, b) => b.fits - a.fits || b.node.edges.length - a.node.edges.length || a.node.index - b.node.index);
    return hits.map(({ node }) => node);
  };

  let found = [];
  let at = -1;

  const close = () => {
    found = [];
    at = -1;
    options.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const go = (node) => {
    field.value = "";
    close();
    viewer.select({ node }, { fly: true });
    part("panel").focus();
  };
  const mark = (next) => {
    at = next;
    [...options.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    const chosen = options.children[at];
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  };

  const option = (node, i) => {
    const text = folded(field.value.trim());
    const alias = folded(node.label).includes(text) ? "" : node.aliases.find((name) => folded(name).includes(text));
    const notes = [
      alias ? t("alias", { name: alias }) : "", shown.nodes[node.index] ? "" : t("hiddenHere"),
    ].filter(Boolean).join(" · ");
    return make("li", { id: `option-${i}`, role: "option", "aria-selected": "false",
      mousedown: (event) => event.preventDefault(), click: () => go(node) },
      dot(node.entity_type), make("span", { class: "what" }, said(node.label),
        notes ? make("small", {}, said(notes)) : null),
      make("small", { class: "count" }, labelOf(node.entity_type)));
  };
  const show = () => {
    const all = find(field.value);
    found = all.slice(0, MOST);
    if (!field.value.trim()) {
      close();
      part("found").textContent = "";
      return;
    }
    options.replaceChildren(...(found.length ? found.map(option)
      : [make("li", { class: "none", role: "option", "aria-disabled": "true" }, t("nothing"))]));
    options.hidden = false;
    field.setAttribute("aria-expanded", "true");
    part("found").textContent = t("found", { n: all.length });
    mark(found.length ? 0 : -1);
  };

  field.addEventListener("input", show);
  field.addEventListener("focus", show);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys belong to the input method
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      mark((at + step + found.length) % found.length);
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault();
      go(found[at]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (!field.value) field.blur();
      field.value = "";
      show();
    }
  });

  Object.assign(viewer, { find });
})();
