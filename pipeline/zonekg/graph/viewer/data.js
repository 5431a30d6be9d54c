"use strict";
// The graph as objects. Nodes and edges are known by their index, in the address by their id.
(() => {
  const { viewer } = zonekg;
  const raw = JSON.parse(document.getElementById("graph").textContent);

  const rowsOf = ({ columns, rows }) => rows.map((row) => {
    const item = {};
    columns.forEach((name, i) => {
      if (row[i] !== null) item[name] = row[i];
    });
    return item;
  });
  const nodes = rowsOf(raw.nodes);
  const edges = rowsOf(raw.edges);
  const textsOf = (numbers = []) => numbers.map((number) => raw.texts[number]);

  // total_investment_cny, total_investment_cny_max, total_investment_usd
  const AMOUNT = /^(.+)_([a-z]{3})(_max)?$/;
  const kinds = new Map(["entities", "relations"].flatMap((part) => Object.entries(raw.schema[part])));
  const relationOf = (column) => {
    const relation = AMOUNT.exec(column)?.[1].toUpperCase();
    return kinds.has(relation) ? relation : null;
  };

  nodes.forEach((node, index) => {
    const inYuan = Object.keys(node).filter((name) => /_cny$/.test(name) && relationOf(name));
    inYuan.sort((a, b) => node[b] - node[a]);
    const names = (node.names ?? "").split("; ").filter((name) => name && name !== node.label);
    Object.assign(node, {
      index,
      label: node.label ?? node.id,
      aliases: names,
      // the largest amount in yuan, and of what kind it is
      worth: inYuan.length ? node[inYuan[0]] : null,
      worthOf: inYuan.length ? relationOf(inYuan[0]) : null,
      edges: [],
    });
  });
  edges.forEach((edge, index) => {
    edge.index = index;
    nodes[edge.source].edges.push(edge);
    if (edge.target !== edge.source) nodes[edge.target].edges.push(edge);
  });

  // edges of one pair are drawn apart: each has its curvature, positive to the left of its way
  const beside = new Map();
  for (const edge of edges) {
    const pair = [edge.source, edge.target].sort((a, b) => a - b).join(" ");
    if (!beside.has(pair)) beside.set(pair, []);
    beside.get(pair).push(edge);
  }
  for (const group of beside.values()) {
    const step = Math.min(0.3, 1.4 / group.length);
    group.forEach((edge, i) => {
      const bend = step * (i - (group.length - 1) / 2);
      edge.curvature = edge.source < edge.target ? bend : -bend;
      edge.beside = group;
    });
  }

  const ids = new Map(nodes.map((node) => [node.id, node]));
  const edgeIds = new Map(edges.map((edge) => [edge.id, edge]));
  const far = (edge, node) => nodes[edge.source === node.index ? edge.target : edge.source];

  const schema = {
    // those of the schema first and in its order, then what else the graph has
    entities: [...new Set([...Object.keys(raw.schema.entities), ...nodes.map((n) => n.entity_type)])],
    relations: [...new Set([...Object.keys(raw.schema.relations), ...edges.map((e) => e.relation)])],
  };
  const GREY = "#888888";
  const colorOf = (label) => kinds.get(label)?.color ?? GREY;
  const labelOf = (label) => {
    if (viewer.language === "zh" && kinds.has(label)) return kinds.get(label).name;
    return label === "ORG" ? "organisation" : String(label).replaceAll("_", " ").toLowerCase();
  };

  Object.assign(viewer, {
    nodes, edges, ids, edgeIds, far, textsOf, schema, colorOf, labelOf, relationOf,
    whole: raw.all, statuses: raw.statuses,
  });
})();
