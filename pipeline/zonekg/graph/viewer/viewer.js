"use strict";
// Ties the others together: what is chosen, the address, the keys, the start.
(() => {
  const { viewer, copy } = zonekg;
  const { part, t, nodes, ids, edgeIds, counts } = viewer;

  // node or edge: what is chosen; steps: of its surroundings that stand out; only: the rest is gone
  const now = { node: null, edge: null, steps: 1, only: false, list: false, drawn: false };
  Object.assign(viewer, { now, near: null });

  const filter = () => {
    viewer.compute();
    viewer.showFilters();
    show();
  };
  const show = () => {
    viewer.near = viewer.nearOf(now, now.only ? Math.max(1, now.steps) : now.steps);
    viewer.showPanel();
    part("empty").hidden = counts.nodes > 0;
    part("empty").textContent = t(nodes.length ? "allHidden" : "empty");
    part("list").hidden = !now.list;
    part("drawing").hidden = now.list;
    part("view").textContent = t(now.list ? "graph" : "list");
    part("view").hidden = !now.drawn;
    viewer.showList();
    viewer.refresh();
  };

  // -- the address: #node=ID&steps=2&only=yes&no-types=ORG&amount=500000000&view=list&lang=en

  const address = () => {
    const query = new URLSearchParams();
    if (now.node) query.set("node", now.node.id);
    if (now.edge) query.set("edge", now.edge.id);
    if (now.node && now.steps !== 1) query.set("steps", now.steps);
    if (now.only) query.set("only", "yes");
    viewer.writeFilters(query);
    if (now.list && now.drawn) query.set("view", "list");
    if (viewer.language !== "zh") query.set("lang", viewer.language);
    return `#${query}`;
  };
  const keep = (method) => {
    if (address() === (location.hash || "#")) return;
    try {
      history[method](null, "", address());
    } catch {
      // Safari refuses more than 100 in half a minute; the next one will do
    }
  };
  const readAddress = () => {
    const query = new URLSearchParams(location.hash.slice(1));
    now.node = ids.get(query.get("node")) ?? null;
    now.edge = now.node ? null : edgeIds.get(query.get("edge")) ?? null;
    now.steps = ["0", "2"].includes(query.get("steps")) ? Number(query.get("steps")) : 1;
    now.only = query.get("only") === "yes" && Boolean(now.node ?? now.edge);
    now.list = query.get("view") === "list" || !now.drawn;
    viewer.language = viewer.LANGUAGES.includes(query.get("lang")) ? query.get("lang") : "zh";
    viewer.readFilters(query);
    viewer.applyTexts();
    filter();
    look(true);
  };

  // -- choosing

  const look = (fly) => {
    if (now.only) viewer.fit(viewer.near.nodes);
    else if (fly && (now.node ?? now.edge)) viewer.fit(viewer.near?.nodes ?? new Set([now.node]), 0.6);
  };
  const select = ({ node = null, edge = null }, { fly = false, only = now.only } = {}) => {
    if (now.node === node && now.edge === edge && now.only === only && !fly) return;
    const was = now.only;
    Object.assign(now, { node, edge, only: only && Boolean(node ?? edge) });
    show();
    keep("pushState");
    part("panel").scrollTop = 0;
    if (now.only || was || fly) look(fly);
    if (was && !now.only) viewer.fit();
  };
  const setSteps = (steps) => {
    now.steps = steps;
    show();
    keep("replaceState");
    look(false);
  };
  const setOnly = (only) => {
    now.only = only && Boolean(now.node ?? now.edge);
    show();
    keep("pushState");
    if (now.only) look(false);
    else viewer.fit();
  };
  const change = () => {
    filter();
    keep("replaceState");
  };
  const setList = (list) => {
    now.list = list || !now.drawn;
    show();
    keep("replaceState");
  };
  Object.assign(viewer, { select, setSteps, setOnly, change });

  // -- the keyboard

  const PAN = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const KEYS = {
    "/": () => (now.list ? part("list-search") : part("search")).focus(),
    Escape: () => select({}), f: () => setOnly(!now.only), l: () => setList(!now.list),
    0: () => viewer.fit(), "+": () => viewer.zoom(0.66), "=": () => viewer.zoom(0.66), "-": () => viewer.zoom(1.5),
  };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio], [type=range]), select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const way = event.target === part("stage") && PAN[event.key];
    if (!act && !way) return;
    event.preventDefault();
    if (act) act();
    else viewer.pan(...way);
  };

  // -- the start

  const listen = () => {
    const actions = {
      view: () => setList(!now.list), link: () => copy(location.href, part("link"), [t("copied"), t("notCopied")]),
      in: () => viewer.zoom(0.66), out: () => viewer.zoom(1.5), fit: () => viewer.fit(),
      language: () => {
        viewer.language = viewer.language === "zh" ? "en" : "zh";
        viewer.applyTexts();
        change();
      },
    };
    for (const [name, act] of Object.entries(actions)) part(name).addEventListener("click", act);
    document.addEventListener("keydown", onKey);
    window.addEventListener("popstate", readAddress);
  };

  viewer.applyTexts();
  viewer.compute();
  now.drawn = viewer.startDrawing();
  part("no-webgl").hidden = now.drawn;
  listen();
  readAddress();

  // what tests read: the counts, what is chosen, and where a node is on the screen
  Object.freeze(Object.assign(zonekg, {
    counts: () => ({ ...counts }),
    chosen: () => now.node?.id ?? now.edge?.id ?? null,
    placeOf: viewer.placeOf,
  }));
})();
