"use strict";
// Elements of the page. Text only ever enters as text, never as HTML.
(() => {
  const { viewer } = zonekg;

  const part = (name) => document.querySelector(`[data-part="${name}"]`);

  // make("p", { class: "a", "data-x": 1, click: f }, "text", element): functions are listeners
  const make = (tag, attributes = {}, ...children) => {
    const item = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") item.addEventListener(name, value);
      else if (value === true) item.setAttribute(name, "");
      else if (value !== false && value !== null) item.setAttribute(name, value);
    }
    item.append(...children.filter((child) => child !== null && child !== ""));
    return item;
  };

  // text from the graph: the direction of one name must not turn what stands beside it
  const said = (text) => make("bdi", {}, String(text));

  const colored = (item, label) => {
    item.style.setProperty("--of", viewer.colorOf(label));
    return item;
  };
  const dot = (label) => colored(make("span", { class: "dot", "aria-hidden": "true" }), label);
  const line = (label) => colored(make("span", { class: "line", "aria-hidden": "true" }), label);

  const nodeButton = (node) =>
    make("button", { type: "button", class: "node", "data-node": node.id,
      click: () => viewer.select({ node }) }, dot(node.entity_type), said(node.label));

  Object.assign(viewer, { part, make, said, colored, dot, line, nodeButton });
})();
