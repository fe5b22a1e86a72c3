// Asks a SPARQL endpoint by Comunica, which finds out by itself what kind of source it is: node comunica.mjs FOLDER ADDRESS QUERY.
// Prints one line of JSON: {"bindings": […]}, {"quads": […]} or {"boolean": …}. FOLDER is where its packages are installed.
import { createRequire } from "node:module";

const [folder, address, query, type] = process.argv.slice(2);
const { QueryEngine } = createRequire(`${folder}/`)("@comunica/query-sparql");
const value = type ? { type, value: address } : address;
const result = await new QueryEngine().query(query, { sources: [value] });
if (result.resultType === "boolean") {
  console.log(JSON.stringify({ boolean: await result.execute() }));
} else {
  const found = await (await result.execute()).toArray();
  const text = (term) => term.value;
  const lines =
    result.resultType === "bindings"
      ? { bindings: found.map((b) => Object.fromEntries([...b].map(([name, term]) => [name.value, text(term)]))) }
      : { quads: found.map((q) => [q.subject, q.predicate, q.object].map(text)) };
  console.log(JSON.stringify(lines));
}
