// Prints what Gephi Lite's GraphML parser makes of a file, as JSON.
import { readFileSync } from "node:fs";
import graphology from "graphology";
import graphml from "graphology-graphml";

const text = readFileSync(process.argv[2], "utf8");
const graph = graphml.parse(graphology.MultiDirectedGraph, text, { addMissingNodes: true });
const nodes = graph.mapNodes((id, attributes) => ({ id, attributes }));
const edges = graph.mapEdges((id, attributes, source, target) => ({ id, source, target, attributes }));
process.stdout.write(JSON.stringify({ type: graph.type, multi: graph.multi, nodes, edges }));
