// What the editor's own binding (y-tiptap) says when a paragraph is split or dragged.
// Arguments: folder of node_modules' owner, the text as a Yjs update in hex, what to do.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [web, text, work] = process.argv.slice(2);
const load = createRequire(join(web, "package.json"));
const Y = load("yjs");
const { initProseMirrorDoc, updateYFragment } = load("@tiptap/y-tiptap");
const { Schema } = load("prosemirror-model");
const { Transform } = load("prosemirror-transform");

const schema = new Schema({
  nodes: {
    doc: { content: "paragraph+" },
    paragraph: { content: "text*", attrs: { id: { default: null } } },
    text: {},
  },
});
const doc = new Y.Doc();
doc.clientID = 99;
Y.applyUpdate(doc, Buffer.from(text, "hex"));
const fragment = doc.getXmlFragment("default");
const { doc: before, meta } = initProseMirrorDoc(fragment, schema);
const change = new Transform(before);
if (work === "split") change.split(9);
if (work === "drag") {
  const first = before.child(0);
  change.delete(0, first.nodeSize).insert(change.doc.content.size, first);
}
doc.on("update", (update) => process.stdout.write(Buffer.from(update).toString("hex")));
doc.transact(() => updateYFragment(doc, fragment, change.doc, meta));
