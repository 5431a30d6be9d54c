"use strict";
// The panel: an overview, or all that is known of the chosen node or edge, with its sentences.
(() => {
  const { viewer } = zonekg;
  const {
    nodes, part, make, said, line, colored, nodeButton, t, labelOf, yuan, percent,
    quote, textsOf, relationOf, far, schema, shown, whole,
  } = viewer;
  const panel = part("panel");
  const MOST = 8; // nodes of a list of the overview
  const TIES = 40; // neighbours by one relation that are shown at a time
  // what has its own place in the panel
  const KNOWN = new Set([
    "id", "x", "y", "size", "index", "label", "entity_type", "kind", "names", "aliases", "worth",
    "worthOf", "edges", "conflicts", "mentions", "articles", "confidence", "first_date", "last_date", "status", "events",
    "status_evidence", "amounts_evidence", "sources", "source", "target", "relation", "weight",
    "symmetric", "evidence", "evidence_count", "titles", "curvature", "beside",
  ]);

  const section = (key, ...children) => {
    const rest = children.flat().filter(Boolean);
    return rest.length ? make("section", {}, make("h3", {}, t(key)), ...rest) : null;
  };
  const facts = (rows) => {
    const list = make("dl", { class: "facts" });
    for (const [key, value] of rows) {
      if (value === undefined || value === null || value === "") continue;
      list.append(make("dt", {}, t(key)), make("dd", {}, value instanceof Node ? value : said(value)));
    }
    return list;
  };
  const dates = ({ first_date: first, last_date: last }) =>
    first && (first === last ? first : `${first} – ${last}`);
  const chip = (label, extra = "") =>
    colored(make("span", { class: "chip" }, [labelOf(label), extra].filter(Boolean).join(" · ")), label);

  // what stands before the sentence (总投资3亿元：) goes above it, of all that one sentence tells
  const amountQuotes = (node) => {
    const told = new Map();
    for (const text of textsOf(node.amounts_evidence)) {
      const [, what, words] = /^([^：]{1,40})：(.+)$/su.exec(text) ?? [null, "", text];
      told.set(words, [...(told.get(words) ?? []), what].filter(Boolean));
    }
    return [...told].map(([words, what]) => {
      const item = quote(words, [node], amountTexts(node));
      if (what.length) item.prepend(make("p", { class: "soft" }, said(what.join(" · "))));
      return item;
    });
  };

  // -- a node

  const eventText = (text) => text.split("; ").map((one) => {
    const [status, ...rest] = one.split(" ");
    return [t(`status.${status}`), ...rest].join(" ").replace("(planned)", `（${t("planned")}）`);
  });

  const amountRows = (node) => {
    const rows = Object.keys(node).filter((name) => relationOf(name) && !name.endsWith("_max"));
    const order = (name) => schema.relations.indexOf(relationOf(name));
    return rows.sort((a, b) => order(a) - order(b)).map((name) => {
      const relation = relationOf(name);
      const high = node[`${name}_max`];
      const currency = name.slice(-3);
      const worth = (value) => (currency === "cny" ? yuan(value) : `${value.toLocaleString()} ${currency.toUpperCase()}`);
      const number = worth(node[name]) + (high === undefined ? "" : ` – ${worth(high)}`);
      const text = node[`${relation.toLowerCase()}_text`];
      return make("div", { class: "amount" }, make("span", {}, labelOf(relation)),
        make("strong", {}, number), text && text !== number ? make("small", {}, said(text)) : null);
    });
  };
  const amountTexts = (node) =>
    Object.keys(node).filter((name) => name.endsWith("_text")).flatMap((name) => node[name].split("; "))
      .map((text) => text.replace(/^(?:约|超|近|至多)/, ""));

  const tie = (edge, node) => {
    const other = far(edge, node);
    const row = make("li", {}, nodeButton(other),
      make("button", { type: "button", class: "proof", "data-edge": edge.id,
        "aria-label": `${labelOf(edge.relation)}: ${other.label}: ${t("evidence")}`,
        click: () => viewer.select({ edge }) }, t("evidenceOf", { n: edge.evidence_count ?? 1 })));
    row.classList.toggle("away", !shown.edges[edge.index]);
    return row;
  };
  const ties = (node) => {
    const groups = [];
    for (const relation of schema.relations) {
      for (const out of [true, false]) {
        const mine = node.edges.filter((edge) => edge.relation === relation &&
          (edge.symmetric ? out : (edge.source === node.index) === out));
        if (!mine.length) continue;
        const arrow = mine[0].symmetric ? "" : out ? " →" : " ←";
        mine.sort((a, b) => far(b, node).edges.length - far(a, node).edges.length || a.index - b.index);
        const list = make("ul", { class: "ties" });
        const more = make("button", { type: "button", class: "quiet", click: () => grow() });
        const grow = () => {
          const at = list.children.length;
          list.append(...mine.slice(at, at + TIES).map((edge) => tie(edge, node)));
          const left = mine.length - at - TIES;
          more.hidden = left <= 0;
          more.textContent = t("more", { n: Math.min(left, TIES) });
          if (at) list.children[at].querySelector("button").focus();
        };
        grow();
        groups.push(make("h4", {}, line(relation), `${labelOf(relation)}${arrow} `,
          make("span", { class: "count" }, String(mine.length))), list, more);
      }
    }
    return groups;
  };

  const steps = () => {
    const group = make("div", { class: "steps", role: "radiogroup", "aria-label": t("surroundings") });
    for (const step of [0, 1, 2]) {
      const radio = make("input", { type: "radio", name: "steps", value: step, change: () => viewer.setSteps(step) });
      radio.checked = viewer.now.steps === step;
      group.append(make("label", {}, radio, make("span", {}, t(`steps${step}`))));
    }
    return group;
  };
  const onlyButton = () =>
    make("button", { type: "button", class: "only", "aria-pressed": String(viewer.now.only),
      click: () => viewer.setOnly(!viewer.now.only) }, t("only"));

  const hiddenNote = (flag) => (flag ? null
    : make("p", { class: "note" }, t("hiddenHere"), " ",
      make("button", { type: "button", click: viewer.reset }, t("reset"))));

  const sourceList = (text) => {
    const files = new Map();
    for (const place of text.split("; ")) {
      const cut = place.lastIndexOf(":");
      const [file, where] = cut < 0 ? [place, ""] : [place.slice(0, cut), place.slice(cut + 1)];
      files.set(file, [...(files.get(file) ?? []), where]);
    }
    return [...files].map(([file, places]) => make("li", {}, said(file),
      make("small", {}, said(` ${places.slice(0, 12).join(", ")}${places.length > 12 ? " …" : ""}`))));
  };
  const others = (item) => {
    const rows = Object.entries(item).filter(([name]) => !KNOWN.has(name) && !relationOf(name) &&
      !/_text$/.test(name));
    return rows.length ? section("others", facts(rows.map(([name, value]) => [name, String(value)]))) : null;
  };

  const nodeCard = (node) => [
    make("p", { class: "kicker" }, chip(node.entity_type, node.kind ? t(`kind.${node.kind}`) : "")),
    make("h2", {}, said(node.label)),
    hiddenNote(shown.nodes[node.index]),
    make("div", { class: "tools" }, steps(), onlyButton()),
    facts([
      ["names", node.aliases.join("；")],
      ["status", node.status && t(`status.${node.status}`)],
      ["events", node.events && make("span", {}, ...eventText(node.events).map((one) => make("span", { class: "event" }, said(one))))],
      ["mentions", node.mentions && t("mentionCount", { n: node.mentions, articles: node.articles ?? 1 })],
      ["date", dates(node)],
      ["conflicts", node.conflicts && t("conflictCount", { n: node.conflicts })],
      ["sure", node.confidence === undefined ? "" : percent(node.confidence)],
    ]),
    section("amounts", amountRows(node), amountQuotes(node)),
    section("statusEvidence", textsOf(node.status_evidence).filter(Boolean).map((text) => quote(text, [node]))),
    section("neighbours", ties(node)),
    others(node),
    section("sources", node.sources ? [make("ul", { class: "plain" }, ...sourceList(textsOf(node.sources).join("; ")))] : []),
  ];

  // -- an edge

  const edgeRow = (edge) => make("li", {},
    make("button", { type: "button", class: "node", "data-edge": edge.id, click: () => viewer.select({ edge }) },
      line(edge.relation), said(`${nodes[edge.source].label} · ${labelOf(edge.relation)} · ${nodes[edge.target].label}`)));

  const edgeCard = (edge) => {
    const ends = [nodes[edge.source], nodes[edge.target]];
    const [titles, sources] = [textsOf(edge.titles), textsOf(edge.sources)];
    return [
      make("p", { class: "kicker" }, chip(edge.relation)),
      make("h2", { class: "ends" }, nodeButton(ends[0]),
        make("span", { class: "way" }, `${edge.symmetric ? "↔" : "↓"} ${labelOf(edge.relation)}`), nodeButton(ends[1])),
      hiddenNote(shown.edges[edge.index]),
      make("div", { class: "tools" }, onlyButton()),
      facts([
        ["evidence", t("evidenceCount", { n: edge.evidence_count ?? 1, articles: edge.weight ?? 1 })],
        ["sure", edge.confidence === undefined ? "" : percent(edge.confidence)],
        ["date", dates(edge)],
      ]),
      section("evidence", textsOf(edge.evidence).map((text, i) => quote(text, ends, [], titles[i], sources[i]))),
      others(edge),
      section("between", edge.beside.length > 1
        ? [make("ul", { class: "ties" }, ...edge.beside.filter((one) => one !== edge).map(edgeRow))] : []),
    ];
  };

  // -- the overview

  const overview = () => {
    const tied = [...nodes].filter((node) => shown.nodes[node.index] && node.edges.length)
      .sort((a, b) => b.edges.length - a.edges.length || a.index - b.index).slice(0, MOST);
    const rich = nodes.filter((node) => shown.nodes[node.index] && node.worth !== null)
      .sort((a, b) => b.worth - a.worth || a.index - b.index).slice(0, MOST);
    const rows = (found, count) => make("ul", { class: "ties" }, ...found.map((node) =>
      make("li", {}, nodeButton(node), make("span", { class: "count" }, count(node)))));
    return [
      make("h2", {}, t("overview")),
      whole.nodes > nodes.length
        ? make("p", { class: "note" }, t("cut", { all: whole.nodes, kept: nodes.length })) : null,
      nodes.length ? null : make("p", { class: "note" }, t("empty")),
      make("p", { class: "soft" }, t("mouse")),
      section("mostTied", tied.length ? [rows(tied, (node) => String(node.edges.length))] : []),
      section("mostMoney", rich.length ? [rows(rich, (node) => `${labelOf(node.worthOf)} ${yuan(node.worth)}`)] : []),
      section("keys", make("p", { class: "soft" }, t("keyList"))),
      make("p", { class: "soft" }, t("licences")),
    ];
  };

  const showPanel = () => {
    const { node, edge } = viewer.now;
    const head = make("div", { class: "head" });
    if (node || edge) {
      head.append(
        make("button", { type: "button", class: "quiet", "data-part": "back", click: () => history.back() }, t("back")),
        make("button", { type: "button", class: "quiet", "data-part": "close", click: () => viewer.select({}) }, t("close")),
      );
    }
    const card = node ? nodeCard(node) : edge ? edgeCard(edge) : overview();
    // what had the focus has it again, where it is still there
    const focused = panel.contains(document.activeElement) ? document.activeElement : null;
    const again = focused && (focused.name === "steps" ? `[name=steps][value="${viewer.now.steps}"]`
      : focused.classList.contains("only") ? ".only" : null);
    panel.replaceChildren(head, ...card.filter(Boolean));
    if (again) panel.querySelector(again)?.focus();
    else if (focused && focused !== panel) panel.focus();
  };

  Object.assign(viewer, { showPanel });
})();
