// Prints the nodes and edges that cytoscape-graphml reads from a file, as JSON.
import { readFileSync } from "node:fs";
import { DOMParser } from "@xmldom/xmldom";
import cytoscape from "cytoscape";
import register from "cytoscape-graphml";

// the plugin wants jQuery and a browser; these are the calls that its reader makes
class Elements {
  constructor(all) {
    this.all = [...all];
  }
  find(name) {
    return new Elements(this.all.flatMap((one) => Array.from(one.getElementsByTagName(name))));
  }
  children(name) {
    const inside = this.all.flatMap((one) => Array.from(one.childNodes));
    return new Elements(inside.filter((one) => one.nodeName === name));
  }
  first() {
    return new Elements(this.all.slice(0, 1));
  }
  each(call) {
    this.all.forEach((one) => call.call(one));
  }
  attr(name) {
    return this.all[0].getAttribute(name);
  }
  text() {
    return this.all[0].textContent;
  }
}
const $ = (one) => new Elements([one]);
$.parseXML = (text) => new DOMParser().parseFromString(text, "text/xml");
$.extend = (_deep, into, from) => Object.assign(into, from);
// it assigns to names that it never declares, which modules in strict mode may not
Object.assign(globalThis, { xml: null, $xml: null, $graphs: null });

register(cytoscape, $);
const cy = cytoscape({ headless: true });
cy.graphml({ layoutBy: null });
cy.graphml(readFileSync(process.argv[2], "utf8"));
const read = (elements) => elements.map((one) => one.data());
process.stdout.write(JSON.stringify({ nodes: read(cy.nodes()), edges: read(cy.edges()) }));
