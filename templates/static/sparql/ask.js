// One query to the endpoint, its answer read as it comes, up to what a page can show.
export const ROWS = 20000;
const BYTES = 16 << 20;
const RAW = 200000;

// Gives {columns, rows, raw, part, cut, …} for rows, {graph, …} for triples, {problem} where there is no answer. Throws AbortError.
export async function ask(query, { lang, timeout, signal, read }) {
  const form = new URLSearchParams({ query });
  if (timeout) form.set("timeout", timeout);
  const began = performance.now();
  let response;
  try {
    response = await fetch(`/sparql?lang=${lang}`, {
      method: "POST", body: form, signal, headers: { Accept: "text/tab-separated-values, text/turtle;q=0.9" },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { problem: {} };
  }
  if (!response.ok) return { problem: await problem(response) };
  const rows = (response.headers.get("Content-Type") ?? "").startsWith("text/tab-separated-values");
  const found = await received(response, rows, read, signal);
  return { ...found, release: response.headers.get("Pop-Release") ?? "", seconds: (performance.now() - began) / 1000 };
}

async function problem(response) {
  const wait = response.headers.get("Retry-After");
  try {
    return { ...(await response.json()), wait };
  } catch {
    return { title: `${response.status} ${response.statusText}`, wait };
  }
}

async function received(response, isRows, read, signal) {
  const [stream, decoder] = [response.body.getReader(), new TextDecoder()];
  const found = isRows ? { columns: null, rows: [], raw: "", part: false, cut: false } : { graph: "", raw: "", part: false, cut: false };
  let [rest, size] = ["", 0];
  try {
    for (;;) {
      const { done, value } = await stream.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      size += value?.length ?? 0;
      if (found.raw.length < RAW) found.raw = (found.raw + text).slice(0, RAW);
      if (isRows) rest = lines(rest + text, found, read);
      if (done) break;
      if (size > BYTES || (found.rows?.length ?? 0) >= ROWS || (!isRows && size > RAW)) {
        found.part = true;
        await stream.cancel();
        break;
      }
    }
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) throw error;
    found.cut = true;
  }
  if (isRows && found.columns === null) lines(`${rest}\n`, found, read);
  if (found.rows?.length > ROWS) found.rows.length = ROWS;
  if (!isRows) found.graph = found.raw;
  return found;
}

// Takes whole lines into `found` and gives the rest; the first line names the variables, or is the answer to ASK.
function lines(text, found, read) {
  const all = text.split("\n");
  const rest = all.pop();
  for (const line of all) {
    if (found.columns === null) {
      found.columns = line[0] === "?" ? line.split("\t").map((name) => name.slice(1)) : [];
      if (!found.columns.length) found.rows.push([read(line.trim())]);
    } else if (found.columns.length) {
      found.rows.push(line.split("\t").map(read));
    }
  }
  return rest;
}
