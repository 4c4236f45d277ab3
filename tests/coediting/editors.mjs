// Several editors on one text, at random: the schema of the web app, ProseMirror's own commands,
// y-tiptap, undo, and spells without a line. Says each update that reaches the server, one line of
// JSON each, with what Yjs itself reads in it. Arguments: web folder, seed, updates, editors, updates
// between two moments at which everybody has read everything.
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chances } from "./chances.mjs";

const [web, seed, wanted, people, every] = process.argv.slice(2);
const home = pathToFileURL(join(web, "package.json")).href;
registerHooks({
  resolve: (name, context, next) => next(name, /^[./]|^(node|file):/.test(name) ? context : { ...context, parentURL: home }),
});
const Y = await import("yjs");
const { getSchema } = await import("@tiptap/core");
const { initProseMirrorDoc, updateYFragment } = await import("@tiptap/y-tiptap");
const { EditorState, TextSelection, NodeSelection } = await import("@tiptap/pm/state");
const { Slice, Fragment } = await import("@tiptap/pm/model");
const commands = await import("@tiptap/pm/commands");
const lists = await import("@tiptap/pm/schema-list");
const tables = await import("@tiptap/pm/tables");
const { IDENTIFIED, schemaExtensions } = await import(pathToFileURL(join(web, "src/editor/schema.ts")));

const schema = getSchema(schemaExtensions);
const { nodes, marks } = schema;

const chance = chances(seed);
const below = (count) => Math.floor(chance() * count);
const one = (things) => things[below(things.length)];
const uuid = () => `00000000-0000-4000-8000-${below(2 ** 31).toString(16).padStart(12, "0")}`;

const WORDS = ["a", "the ", "city", "région ", "🌍", "👩‍👩‍👧", "😀", "😁", "é", "e\u0301", "中文", " ", "long words of a policy, and more", "𝒳𝒴"];
const words = () => Array.from({ length: 1 + below(3) }, () => one(WORDS)).join("");
const signed = () => ({ id: uuid(), capacity: "11111111-1111-4111-8111-111111111111", at: "2026-01-01T00:00:00Z" });
const paragraph = (text = words()) => nodes.paragraph.create(null, text ? schema.text(text) : null);

/** A place between letters, as a caret can stand: never inside a letter. */
function whole(doc, at) {
  const end = Math.min(at, doc.content.size);
  const code = end < doc.content.size ? doc.textBetween(end, end + 1).charCodeAt(0) : 0;
  return code >= 0xdc00 && code < 0xe000 ? end - 1 : end;
}
function caret(doc) {
  const blocks = [];
  doc.descendants((node, at) => { if (node.isTextblock) blocks.push([node, at]); });
  if (!blocks.length) return 1;
  const [node, at] = one(blocks);
  return whole(doc, at + 1 + below(node.content.size + 1));
}
const select = (editing, from, to = from) => editing.apply(editing.tr.setSelection(TextSelection.between(editing.doc.resolve(Math.min(from, to)), editing.doc.resolve(Math.max(from, to)))));
const topBlock = (doc) => { const index = below(doc.childCount); let at = 0; for (let i = 0; i < index; i++) at += doc.child(i).nodeSize; return [doc.child(index), at]; };
const marking = () => one([
  marks.bold.create(), marks.italic.create(), marks.link.create({ href: "https://example.eu/" + below(5) }), marks.language.create({ lang: one(["fr", "uk"]) }),
  marks.insertion.create(signed()), marks.deletion.create(signed()), marks.superscript.create(),
]);
const table = () => nodes.table.create(null, Array.from({ length: 2 }, (_, row) => nodes.tableRow.create(null, Array.from({ length: 2 }, () => (row ? nodes.tableCell : nodes.tableHeader).create(null, paragraph())))));

/** What somebody may do; each answers a transaction, or nothing where it can't be done. */
const deeds = {
  type: [10, (s) => s.tr.insertText(words(), caret(s.doc))],
  take: [4, (s) => { const at = caret(s.doc), to = whole(s.doc, Math.min(at + 1 + below(6), s.doc.resolve(at).end())); return by(commands.deleteSelection, select(s, at, to)); }],
  takeMore: [1, (s) => by(commands.deleteSelection, select(s, caret(s.doc), caret(s.doc)))],
  over: [2, (s) => { const chosen = select(s, caret(s.doc)); const at = chosen.selection.from; return chosen.tr.insertText(words(), at, whole(chosen.doc, Math.min(at + 3, chosen.doc.resolve(at).end()))); }],
  mark: [4, (s) => { const chosen = select(s, caret(s.doc), caret(s.doc)); const { from, to } = chosen.selection; return chance() < 0.7 ? chosen.tr.addMark(from, to, marking()) : chosen.tr.removeMark(from, to); }],
  split: [4, (s) => by(commands.splitBlock, select(s, caret(s.doc)))],
  splitItem: [2, (s) => by(lists.splitListItem(nodes.listItem), select(s, caret(s.doc)))],
  join: [3, (s) => { const at = caret(s.doc); return by(commands.joinBackward, select(s, s.doc.resolve(at).start())); }],
  heading: [1, (s) => by(commands.setBlockType(nodes.heading, { level: 1 + below(4) }), select(s, caret(s.doc)))],
  plain: [1, (s) => by(commands.setBlockType(nodes.paragraph), select(s, caret(s.doc)))],
  wrap: [2, (s) => by(commands.wrapIn(one([nodes.blockquote, nodes.clause, nodes.measure]), null), select(s, caret(s.doc)))],
  list: [2, (s) => by(lists.wrapInList(one([nodes.bulletList, nodes.orderedList])), select(s, caret(s.doc)))],
  lift: [2, (s) => by(commands.lift, select(s, caret(s.doc)))],
  sink: [1, (s) => by(lists.sinkListItem(nodes.listItem), select(s, caret(s.doc)))],
  liftItem: [1, (s) => by(lists.liftListItem(nodes.listItem), select(s, caret(s.doc)))],
  table: [1, (s) => s.tr.insert(topBlock(s.doc)[1], table())],
  row: [1, (s) => by(one([tables.addRowAfter, tables.addColumnAfter, tables.deleteRow, tables.deleteColumn, tables.toggleHeaderRow]), select(s, caret(s.doc)))],
  drag: [2, (s) => { const [block, at] = topBlock(s.doc); const tr = s.tr.delete(at, at + block.nodeSize); let to = 0; for (let i = below(tr.doc.childCount + 1) - 1; i >= 0; i--) to += tr.doc.child(i).nodeSize; return tr.insert(to, block); }],
  drop: [1, (s) => { const [block, at] = topBlock(s.doc); return s.doc.childCount > 3 ? s.tr.delete(at, at + block.nodeSize) : s.tr; }],
  paste: [2, (s) => s.tr.replace(caret(s.doc), undefined, new Slice(Fragment.from([paragraph(), paragraph(), nodes.heading.create({ level: 2 }, schema.text(words()))]), 1, 1))],
  clause: [2, (s) => s.tr.insert(topBlock(s.doc)[1], nodes.clause.create(null, [paragraph(), paragraph()]))],
  measure: [1, (s) => s.tr.insert(topBlock(s.doc)[1], nodes.measure.create({ owner: words(), indicators: [words()] }, paragraph()))],
  atoms: [1, (s) => s.tr.replaceSelectionWith(one([nodes.hardBreak.create(), nodes.footnote.create(null, schema.text(words())), nodes.image.create({ alt: words(), src: "attachment:1" })]), false)],
  propose: [1, (s) => { const [block, at] = topBlock(s.doc); return s.tr.setNodeMarkup(at, null, { ...block.attrs, proposal: { ...signed(), kind: "insert" } }); }],
};
const by = (command, editing) => { let made; command(editing, (tr) => { made = tr; }); return made; };
const names = Object.entries(deeds).flatMap(([name, [weight]]) => Array(weight).fill(name));

/** Each block has an id of its own, as the editor's extension sees to. */
function withIds(tr) {
  const known = new Set();
  tr.doc.descendants((node, at) => {
    if (!IDENTIFIED.includes(node.type.name)) return;
    if (node.attrs.id && !known.has(node.attrs.id)) known.add(node.attrs.id);
    else if (!node.isText) tr.setNodeMarkup(at, null, { ...node.attrs, id: uuid() }, node.marks);
  });
  return tr;
}

/** Tables are mended after each change, as the editor does. */
function fixed(editing, tr) {
  const mending = tables.fixTables(editing.apply(tr), editing);
  if (mending) for (const step of mending.steps) tr.step(step);
  return tr;
}

const log = [];
const server = new Y.Doc();
let said = 0;

/** An update has reached the server. */
function reach(update, from) {
  const { structs, ds } = Y.decodeUpdate(update);
  if (!structs.length && !ds.clients.size) return;
  Y.applyUpdate(server, update);
  log.push([update, from]);
  said += 1;
  process.stdout.write(JSON.stringify({
    update: Buffer.from(update).toString("base64"),
    structs: structs.map((each) => [each.id.client, each.id.clock, each.length, each.constructor === Y.GC ? 0 : each.content.getRef()]),
    deletes: [...ds.clients].flatMap(([client, items]) => items.map((item) => [client, item.clock, item.clock + item.len])),
    state: [...Y.decodeStateVector(Y.encodeStateVector(server))],
  }) + "\n");
}

class Editor {
  constructor(number) {
    this.doc = new Y.Doc();
    this.doc.clientID = 1_000_000_000 + below(2 ** 31) + number;
    this.root = this.doc.getXmlFragment("default");
    this.undo = new Y.UndoManager(this.root, { trackedOrigins: new Set([this]), captureTimeout: 0 });
    this.seen = 0;
    this.outbox = [];
    this.offline = false;
    this.before = Y.encodeStateVector(this.doc);
    this.doc.on("update", (update, origin) => {
      if (origin === "net") return;
      if (this.offline) this.outbox.push(update);
      else reach(update, this);
    });
    this.read();
  }
  read() {
    const { doc, meta } = initProseMirrorDoc(this.root, schema);
    this.meta = meta;
    this.text = doc;
  }
  hear() {
    if (this.offline || this.seen === log.length) return;
    this.doc.transact(() => {
      for (; this.seen < log.length; this.seen++) if (log[this.seen][1] !== this) Y.applyUpdate(this.doc, log[this.seen][0], "net");
    }, "net");
    this.read();
  }
  edit() {
    if (chance() < 0.06) { chance() < 0.6 ? this.undo.undo() : this.undo.redo(); return this.read(); }
    try { this.text.check(); } catch { return; }
    let editing = EditorState.create({ schema, doc: this.text });
    editing = select(editing, caret(editing.doc));
    let tr;
    try { tr = deeds[one(names)][1](editing); } catch (error) { if (!(error instanceof RangeError || error.name === "ReplaceError" || error.name === "TransformError")) throw error; }
    if (!tr?.docChanged) return;
    tr = fixed(editing, withIds(tr));
    try { tr.doc.check(); } catch { return; } // a command of a library broke a rule of the text
    this.doc.transact(() => updateYFragment(this.doc, this.root, tr.doc, this.meta), this);
    this.text = tr.doc;
  }
  leave() {
    if (this.offline) return;
    this.offline = true;
    this.before = Y.encodeStateVector(server);
    if (chance() < 0.5) this.before = Y.encodeStateVector(this.doc);
  }
  /** Come back: with what the server lacks, with more than that, or with each change one by one. */
  back() {
    if (!this.offline) return;
    this.offline = false;
    const way = below(3);
    if (way === 0) reach(Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(server)), this);
    else if (way === 1) reach(Y.encodeStateAsUpdate(this.doc, this.before), this);
    else for (const update of this.outbox) reach(update, this);
    this.outbox = [];
    this.hear();
  }
}

/** Everybody is back and has read everything. What the text is then, by y-tiptap's own reading. */
function settle(editors) {
  for (let last = -1; last !== log.length;) {
    last = log.length;
    for (const each of editors) { each.back(); each.hear(); each.read(); }
  }
  const texts = editors.map((each) => JSON.stringify(each.text.toJSON()));
  const differing = texts.find((each) => each !== texts[0]);
  if (differing !== undefined) {
    let at = 0;
    while (differing[at] === texts[0][at]) at += 1;
    throw new Error(`the editors differ: ${texts[0].slice(at - 90, at + 90)} … ${differing.slice(at - 90, at + 90)}`);
  }
  process.stdout.write(JSON.stringify({ text: editors[0].text.toJSON() }) + "\n");
}

const editors = Array.from({ length: Number(people) }, (_, number) => new Editor(number));
const first = editors[0];
first.doc.transact(() => updateYFragment(first.doc, first.root, schema.node("doc", null, withIds(EditorState.create({ schema, doc: schema.node("doc", null, [paragraph(), nodes.clause.create(null, paragraph()), paragraph()]) }).tr).doc.content), first.meta), first);
first.read();
for (const each of editors) each.hear();
for (let mark = 0; said < Number(wanted);) {
  const each = one(editors);
  const dice = chance();
  if (dice < 0.03) each.leave();
  else if (dice < 0.08) each.back();
  else if (dice < 0.35) each.hear();
  else each.edit();
  if (said > mark + Number(every)) { settle(editors); mark = said; }
}
settle(editors);
