// Bundles entry.mjs, minified; prints the bundle, or with "licences" those of what is in it.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const options = {
  entryPoints: ["entry.mjs"], bundle: true, minify: true, charset: "ascii", format: "iife",
  globalName: "zonekgDrawing", target: "es2020", legalComments: "none", write: false,
};
const { outputFiles: [{ text }], metafile } = await build({ ...options, metafile: true });

const licences = () => {
  const inside = Object.keys(metafile.inputs)
    .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    .filter(Boolean);
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  return [...new Set(inside)].sort().map((name) => {
    const { version, license, integrity } = lock[`node_modules/${name}`];
    return `${name} ${version} ${license} ${integrity}`;
  }).join("\n");
};
process.stdout.write(process.argv[2] === "licences" ? `${licences()}\n` : text);
