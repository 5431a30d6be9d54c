"use strict";
// The graph as two tables: for those who don't see the drawing, and where there is no WebGL.
(() => {
  const { viewer } = zonekg;
  const { nodes, edges, shown, part, make, said, line, nodeButton, t, labelOf, yuan, percent } = viewer;
  const STEP = 200;
  const rows = { nodes: STEP, edges: STEP };
  const wanted = () => part("list-search").value.normalize("NFKC").toLowerCase();
  const fits = (text) => text.normalize("NFKC").toLowerCase().includes(wanted());

  const table = (name, columns, found, cells) => {
    const body = make("tbody", {}, ...found.slice(0, rows[name]).map((item) => make("tr", {}, ...cells(item))));
    const left = found.length - rows[name];
    return make("section", {}, make("h3", {}, t(name), make("span", { class: "count" }, ` ${found.length}`)),
      make("table", {}, make("thead", {}, make("tr", {}, ...columns.map((key) => make("th", { scope: "col" }, t(key))))), body),
      left > 0 ? make("button", { type: "button", class: "quiet", click: () => {
        rows[name] += STEP;
        showList();
      } }, t("more", { n: Math.min(left, STEP) })) : null);
  };
  const cell = (child, kind = "") => make("td", kind ? { class: kind } : {}, child ?? "");

  const nodeCells = (node) => [
    cell(nodeButton(node)), cell(labelOf(node.entity_type)), cell(String(node.edges.length), "n"),
    cell(node.worth === null ? "" : yuan(node.worth), "n"),
    cell(node.status ? t(`status.${node.status}`) : ""), cell(said(node.last_date ?? ""), "n"),
  ];
  const edgeCells = (edge) => [
    cell(nodeButton(nodes[edge.source])),
    cell(make("button", { type: "button", class: "node", "data-edge": edge.id, click: () => viewer.select({ edge }) },
      line(edge.relation), labelOf(edge.relation))),
    cell(nodeButton(nodes[edge.target])), cell(edge.confidence === undefined ? "" : percent(edge.confidence), "n"),
    cell(said(edge.last_date ?? ""), "n"),
  ];

  const showList = () => {
    if (part("list").hidden) return;
    const { near, now } = viewer;
    const mine = now.only && near;
    const foundNodes = nodes.filter((node) => shown.nodes[node.index] && (!mine || near.nodes.has(node)) &&
      [node.label, ...node.aliases].some(fits));
    foundNodes.sort((a, b) => b.edges.length - a.edges.length || a.index - b.index);
    const foundEdges = edges.filter((edge) => shown.edges[edge.index] && (!mine || near.edges.has(edge)) &&
      [nodes[edge.source].label, nodes[edge.target].label, labelOf(edge.relation)].some(fits));
    part("tables").replaceChildren(
      table("nodes", ["name", "type", "ties", "amounts", "status", "date"], foundNodes, nodeCells),
      table("edges", ["head", "relation", "tail", "sure", "date"], foundEdges, edgeCells),
    );
  };
  part("list-search").addEventListener("input", showList);

  Object.assign(viewer, { showList });
})();
