// Prints what Gephi Lite's parsers make of a GraphML or GEXF file, as JSON.
import { readFileSync } from "node:fs";
import graphology from "graphology";
import gexf from "graphology-gexf";
import graphml from "graphology-graphml";

const [path] = process.argv.slice(2);
const format = path.endsWith(".gexf") ? gexf : graphml;
const graph = format.parse(graphology.MultiDirectedGraph, readFileSync(path, "utf8"), {
  addMissingNodes: true,
});
const nodes = graph.mapNodes((id, attributes) => ({ id, attributes }));
const edges = graph.mapEdges((id, attributes, source, target) => ({ id, source, target, attributes }));
process.stdout.write(JSON.stringify({ type: graph.type, multi: graph.multi, nodes, edges }));
