// Many unmodified Yjs and y-websocket clients in one process: each writes at random, loses its line
// and goes offline now and then. At the end two of three come back once more; the others have stayed
// for some time, and so have what they were sent, and nothing that they fetched. Says how long they took to be equal, what
// they have, and which words they put in. Arguments: web folder, address, draft, seed, seconds; then
// a token for each client.
import { createRequire } from "node:module";
import { join } from "node:path";
import { chances } from "./chances.mjs";

const [web, address, draft, seed, seconds, ...tokens] = process.argv.slice(2);
const require = createRequire(join(web, "package.json"));
const Y = require("yjs");
const { WebsocketProvider } = require("y-websocket");

const chance = chances(seed);
const below = (count) => Math.floor(chance() * count);
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const plain = (run) => run.toDelta().map((part) => part.insert).join("");

const written = [];
let number = 0;

class Writer {
  constructor(token) {
    class SignedIn extends WebSocket {
      constructor(url, protocols) {
        super(url, { protocols, headers: { authorization: `Bearer ${token}` } });
      }
    }
    this.doc = new Y.Doc();
    this.root = this.doc.getXmlFragment("default");
    this.line = new WebsocketProvider(address, draft, this.doc, { WebSocketPolyfill: SignedIn, disableBc: true, maxBackoffTime: 300 });
    this.closed = {};
    this.line.on("connection-close", (event) => { if (event) this.closed[event.code] = (this.closed[event.code] ?? 0) + 1; });
  }
  get runs() {
    return this.root.toArray().flatMap((block) => block.toArray()).filter((run) => run instanceof Y.XmlText);
  }
  /** A place in a run that is in no token, and what is behind it. */
  place(run) {
    const words = plain(run);
    const places = [];
    let inside = false;
    for (let at = 0; at <= words.length; at++) {
      if (!inside) places.push(at);
      if (words[at] === "[") inside = true;
      if (words[at] === "]") inside = false;
    }
    return [places[below(places.length)], words];
  }
  token() {
    const words = `[${(++number).toString(16).padStart(12, "0")}]`;
    written.push(words);
    return words;
  }
  write() {
    const { runs } = this;
    const dice = chance();
    if (!runs.length || dice < 0.05) return this.paragraph();
    const run = runs[below(runs.length)];
    const [at, words] = this.place(run);
    if (dice < 0.6) run.insert(at, this.token());
    else if (dice < 0.8) run.insert(at, "·é🌍".slice(0, 1 + below(2)));
    else if (dice < 0.9 && words[at] && "·é".includes(words[at])) run.delete(at, 1);
    else if (words.length) run.format(0, words.length, { [chance() < 0.5 ? "bold" : "italic"]: chance() < 0.7 ? {} : null });
  }
  paragraph() {
    const block = new Y.XmlElement("paragraph");
    block.insert(0, [new Y.XmlText(this.token())]);
    block.setAttribute("id", crypto.randomUUID());
    this.root.insert(below(this.root.length + 1), [block]);
  }
  async live(until, stays) {
    const settled = until - 2_500; // who stays keeps her line from here on
    while (!this.line.synced) await sleep(20);
    while (Date.now() < until) {
      this.write();
      await sleep(60 + below(240));
      const dice = chance();
      if (stays && Date.now() > settled) continue;
      if (dice < 0.01) this.line.ws?.close();
      else if (dice < 0.02) {
        this.line.disconnect();
        for (const end = Math.min(until, Date.now() + 300 + below(2_500)); Date.now() < end; await sleep(60)) this.write();
        this.line.connect();
      }
    }
    if (stays) return;
    this.line.disconnect();
    await sleep(below(500));
    this.line.connect();
  }
}

const writers = tokens.map((token) => new Writer(token));
await Promise.all(writers.map((each, place) => each.live(Date.now() + Number(seconds) * 1000, place % 3 === 0)));
const back = Date.now();
const content = (each) => each.runs.map(plain).join("\n");
const equal = () => {
  if (!writers.every((each) => each.line.synced)) return false;
  const first = Y.encodeStateVector(writers[0].doc);
  return writers.every((each) => Buffer.compare(Y.encodeStateVector(each.doc), first) === 0 && content(each) === content(writers[0]));
};
while (!equal() && Date.now() < back + 60_000) await sleep(50);
const report = JSON.stringify({
  equal: equal(), seconds: (Date.now() - back) / 1000, written, words: content(writers[0]),
  update: Buffer.from(Y.encodeStateAsUpdate(writers[0].doc)).toString("base64"), closed: writers.map((each) => each.closed),
}) + "\n";
process.stdout.write(report, () => process.exit(0)); // a pipe takes long reports in parts
