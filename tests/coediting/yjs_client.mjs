// An unmodified Yjs and y-websocket, told what to do by lines of JSON on stdin, telling what
// happens by lines of JSON on stdout. Arguments: folder of node_modules' owner, address, token.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const [web, address, draft, token, frames] = process.argv.slice(2);
const require = createRequire(join(web, "package.json"));
const Y = require("yjs");
const { WebsocketProvider } = require("y-websocket");
const decoding = require("lib0/decoding");

const say = (event) => process.stdout.write(JSON.stringify(event) + "\n");

/** Node's own WebSocket with the one header that a browser would send by itself. */
class SignedIn extends WebSocket {
  constructor(url, protocols) {
    super(url, { protocols, headers: { authorization: `Bearer ${token}` } });
  }
}

const doc = new Y.Doc();
const root = doc.getXmlFragment("default");
const words = () => root.toArray().map((block) => block.toArray().map(String).join("")).join("\n");
const provider = new WebsocketProvider(address, draft, doc, {
  WebSocketPolyfill: SignedIn,
  disableBc: true,
  connect: false,
  maxBackoffTime: 200,
  params: frames ? { frames: "1" } : {},
});
provider.messageHandlers[100] = (_, decoder) =>
  say({ refused: JSON.parse(decoding.readVarString(decoder)) });
provider.messageHandlers[101] = (_, decoder) =>
  say({ stored: [decoding.readVarUint(decoder), decoding.readVarUint(decoder)] });
provider.messageHandlers[102] = (_, decoder) =>
  say({ welcome: JSON.parse(decoding.readVarString(decoder)) });
provider.on("sync", (synced) => say({ synced, had: words() }));
provider.on("connection-close", (event) => say({ closed: event?.code ?? null }));
provider.awareness.on("change", () =>
  say({ presence: Object.fromEntries(provider.awareness.getStates()) }),
);
let due; // not after each of a thousand updates that come together
doc.on("update", () => {
  due ??= setTimeout(() => {
    due = undefined;
    say({ words: words() });
  }, 5);
});

const run = (paragraph) => root.get(paragraph).get(0);
const position = (paragraph, index) =>
  Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(run(paragraph), index));

const commands = {
  connect: () => provider.connect(),
  disconnect: () => provider.disconnect(),
  insert: ([paragraph, index, text]) => run(paragraph).insert(index, text),
  remove: ([paragraph, index, length]) => run(paragraph).delete(index, length),
  add: (text) => {
    const block = new Y.XmlElement("paragraph");
    block.insert(0, [new Y.XmlText(text)]);
    root.push([block]);
  },
  show: (state) => provider.awareness.setLocalState(state),
  anchor: ([paragraph, start, end]) =>
    say({ anchor: { anchor: position(paragraph, start), head: position(paragraph, end) } }),
  where: ({ anchor, head }) =>
    say({
      where: [anchor, head].map((each) => {
        const relative = Y.createRelativePositionFromJSON(each);
        return Y.createAbsolutePositionFromRelativePosition(relative, doc)?.index ?? null;
      }),
    }),
  end: () => {
    provider.destroy();
    process.exit(0);
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  for (const [name, argument] of Object.entries(JSON.parse(line))) commands[name](argument);
});
say({ ready: doc.clientID });
