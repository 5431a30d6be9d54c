"use strict";
// Which nodes and edges are shown, and the form that says so.
(() => {
  const { viewer } = zonekg;
  const { nodes, edges, part, make, t, schema, labelOf, dot, line, yuan, percent } = viewer;

  // what is ticked off, and the bounds; the address holds the same
  const blank = () => ({
    types: new Set(), relations: new Set(), statuses: new Set(),
    from: "", to: "", amount: 0, confidence: 0, lonely: false,
  });
  const filters = blank();
  const shown = { nodes: new Uint8Array(nodes.length), edges: new Uint8Array(edges.length) };
  const counts = { nodes: 0, edges: 0, undated: 0 };

  const statusOf = (node) => node.status ?? (node.entity_type === "PROJECT" ? "none" : null);
  const dated = ({ first_date: first, last_date: last }) =>
    // a date may be a month or a year: 2024 lies after 2024-06-01 in part
    Boolean(first) && last >= filters.from.slice(0, last.length) && (!filters.to || first <= filters.to);
  const anyDate = () => !filters.from && !filters.to;
  const sure = ({ confidence }) => (confidence ?? 1) >= filters.confidence;

  const nodePasses = (node) =>
    !filters.types.has(node.entity_type) && !filters.statuses.has(statusOf(node)) &&
    sure(node) && (anyDate() || dated(node));
  const edgePasses = (edge) =>
    !filters.relations.has(edge.relation) && sure(edge) && (anyDate() || dated(edge)) &&
    shown.nodes[edge.source] && shown.nodes[edge.target];

  // rich enough, or without an amount and tied to what is rich enough
  const keepRich = () => {
    const rich = (node) => node.worth !== null && node.worth >= filters.amount;
    const near = new Set();
    for (const edge of edges) {
      if (!edgePasses(edge)) continue;
      const [head, tail] = [nodes[edge.source], nodes[edge.target]];
      if (rich(head)) near.add(tail);
      if (rich(tail)) near.add(head);
    }
    return (node) => rich(node) || (node.worth === null && near.has(node));
  };

  const compute = () => {
    nodes.forEach((node, i) => (shown.nodes[i] = nodePasses(node) ? 1 : 0));
    if (filters.amount > 0) {
      const kept = keepRich();
      nodes.forEach((node, i) => (shown.nodes[i] &&= kept(node) ? 1 : 0));
    }
    edges.forEach((edge, i) => (shown.edges[i] = edgePasses(edge) ? 1 : 0));
    if (filters.lonely) {
      nodes.forEach((node, i) => (shown.nodes[i] &&= node.edges.some((e) => shown.edges[e.index]) ? 1 : 0));
    }
    counts.nodes = shown.nodes.reduce((sum, one) => sum + one, 0);
    counts.edges = shown.edges.reduce((sum, one) => sum + one, 0);
    counts.undated = anyDate() ? 0 : nodes.filter((node) => !node.first_date).length;
  };

  // -- the form

  const form = part("filters");

  const boxes = (name, values, items, flags, keyOf, text, sign) => {
    const rows = values.map((value) => {
      const all = items.filter((item) => keyOf(item) === value);
      if (!all.length) return null;
      const left = all.reduce((sum, item) => sum + flags[item.index], 0);
      const box = make("input", { type: "checkbox", name, value });
      box.checked = !filters[name].has(value);
      const count = left === all.length ? `${left}` : `${left}/${all.length}`;
      return make("label", { class: "choice" }, box, sign ? sign(value) : null,
        make("span", { class: "what" }, text(value)), make("span", { class: "count" }, count));
    }).filter(Boolean);
    const place = part(name);
    // a box that has the focus must keep it
    const focused = place.contains(document.activeElement) ? document.activeElement.value : null;
    place.replaceChildren(...rows);
    place.closest("fieldset").hidden = rows.length < (name === "statuses" ? 2 : 1);
    if (focused !== null) [...place.querySelectorAll("input")].find((b) => b.value === focused)?.focus();
  };

  const showFilters = () => {
    boxes("types", schema.entities, nodes, shown.nodes, (n) => n.entity_type, labelOf, dot);
    boxes("relations", schema.relations, edges, shown.edges, (e) => e.relation, labelOf, line);
    boxes("statuses", viewer.statuses, nodes, shown.nodes, statusOf, (s) => t(`status.${s}`), null);
    for (const name of ["from", "to"]) {
      if (form.elements[name].value !== filters[name]) form.elements[name].value = filters[name];
    }
    const hundredMillions = filters.amount ? String(filters.amount / 1e8) : "";
    const field = form.elements.amount;
    if (Number(field.value) * 1e8 !== filters.amount) field.value = hundredMillions;
    form.elements.confidence.value = filters.confidence;
    form.elements.lonely.checked = filters.lonely;
    part("confidence").textContent = percent(filters.confidence);
    part("amount-hint").textContent = filters.amount ? t("amountHint", { yuan: yuan(filters.amount) }) : "";
    part("undated").textContent = counts.undated ? t("undated", { n: counts.undated }) : "";
    part("counts").textContent = t("shown", {
      nodes: counts.nodes, allNodes: nodes.length, edges: counts.edges, allEdges: edges.length,
    });
  };

  const read = ({ target }) => {
    const { name, value, checked } = target;
    if (filters[name] instanceof Set) filters[name][checked ? "delete" : "add"](value);
    else if (name === "lonely") filters.lonely = checked;
    else if (name === "amount") filters.amount = Math.max(0, Math.round(Number(value) * 1e8) || 0);
    else if (name === "confidence") filters.confidence = Number(value);
    else filters[name] = value;
    viewer.change();
  };
  form.addEventListener("input", read);
  form.addEventListener("submit", (event) => event.preventDefault());
  const reset = () => {
    Object.assign(filters, blank());
    viewer.change();
  };
  part("reset").addEventListener("click", reset);

  // -- the address

  const writeFilters = (query) => {
    for (const name of ["types", "relations", "statuses"]) {
      if (filters[name].size) query.set(`no-${name}`, [...filters[name]].sort().join(","));
    }
    for (const name of ["from", "to", "amount", "confidence"]) {
      if (filters[name]) query.set(name, filters[name]);
    }
    if (filters.lonely) query.set("lonely", "no");
  };
  const bound = (text, most) => Math.min(Math.max(Number(text) || 0, 0), most);
  const day = (text) => (/^\d{4}-\d\d-\d\d$/.test(text ?? "") ? text : "");
  const readFilters = (query) => {
    Object.assign(filters, blank(), {
      from: day(query.get("from")), to: day(query.get("to")),
      amount: bound(query.get("amount"), 1e15), confidence: bound(query.get("confidence"), 1),
      lonely: query.get("lonely") === "no",
    });
    for (const name of ["types", "relations", "statuses"]) {
      filters[name] = new Set((query.get(`no-${name}`) ?? "").split(",").filter(Boolean));
    }
  };

  Object.assign(viewer, { shown, counts, compute, showFilters, reset, writeFilters, readFilters });
})();
