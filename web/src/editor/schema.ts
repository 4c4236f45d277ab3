/**
 * What a text may hold: the closed schema that server/policylab/documents/tree.py and coediting/rules.py
 * also say. All are tested on tests/samples/texts.
 */
import { type AnyExtension, Mark, Node, mergeAttributes, textblockTypeInputRule, wrappingInputRule } from "@tiptap/core";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";

/** Who suggests, when: `capacity` is the one the server gave us with its welcome. */
export type Signature = { id: string; capacity: string; at: string };
export type Proposal = Signature & { kind: "insert" | "delete" };

/** Nodes with an identity of their own. */
export const IDENTIFIED = [
  "heading", "paragraph", "clause", "measure", "bulletList", "orderedList", "listItem", "table", "blockquote", "image", "footnote",
];

const readJson = (value: string | null): unknown => {
  try {
    return value ? JSON.parse(value) : null;
  } catch {
    return null; // pasted from elsewhere: whatever that attribute is, it is none of ours
  }
};
const json = (name: string) => ({
  default: null,
  parseHTML: (element: HTMLElement) => readJson(element.getAttribute(`data-${name}`)),
  renderHTML: (attributes: Record<string, unknown>) => (attributes[name] ? { [`data-${name}`]: JSON.stringify(attributes[name]) } : {}),
});
const id = { id: { default: null, parseHTML: (element: HTMLElement) => element.getAttribute("data-id"), renderHTML: (attributes: Record<string, unknown>) => (attributes["id"] ? { "data-id": attributes["id"] } : {}) } };
const proposal = { proposal: { ...json("proposal"), renderHTML: (attributes: Record<string, unknown>) => {
  const value = attributes["proposal"] as Proposal | null;
  return value ? { "data-proposal": JSON.stringify(value), "data-proposed": value.kind } : {};
} } };
const plain = (names: string[]) => Object.fromEntries(names.map((name) => [name, json(name)]));

const Doc = Node.create({ name: "doc", topNode: true, content: "(block | heading | clause | measure)+" });
const Text = Node.create({ name: "text", group: "inline" });

const Heading = Node.create({
  name: "heading",
  content: "inline*",
  defining: true,
  addAttributes: () => ({ ...id, ...proposal, level: { default: 1, rendered: false } }),
  parseHTML: () => [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: Math.min(level, 4) } })),
  // The page has the one h1; the text's first level is an h2.
  renderHTML: ({ node, HTMLAttributes }) => [`h${Number(node.attrs["level"]) + 1}`, mergeAttributes(HTMLAttributes, { "data-level": node.attrs["level"] }), 0],
  addInputRules() {
    return [1, 2, 3, 4].map((level) => textblockTypeInputRule({ find: new RegExp(`^(#{${level}})\\s$`), type: this.type, getAttributes: { level } }));
  },
  addKeyboardShortcuts() {
    return Object.fromEntries([1, 2, 3, 4].map((level) => [`Mod-Alt-${level}`, () => this.editor.commands.setNode(this.name, { level })]));
  },
});

const Paragraph = Node.create({
  name: "paragraph",
  priority: 1000,
  group: "block",
  content: "inline*",
  addAttributes: () => ({ ...id, ...proposal }),
  parseHTML: () => [{ tag: "p" }],
  renderHTML: ({ HTMLAttributes }) => ["p", HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { "Mod-Alt-0": () => this.editor.commands.setNode(this.name) };
  },
});

const container = (name: string, tag: string, attributes: string[] = []) =>
  Node.create({
    name,
    content: "block+",
    defining: true,
    addAttributes: () => ({ ...id, ...plain(attributes), ...proposal }),
    parseHTML: () => [{ tag: `${tag}[data-kind=${name}]` }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes, { "data-kind": name }), 0],
  });
const Clause = container("clause", "div");
const Measure = container("measure", "div", ["owner", "partners", "level", "start", "end", "means", "indicators"]);

const ListItem = Node.create({
  name: "listItem",
  content: "block+",
  defining: true,
  addAttributes: () => id,
  parseHTML: () => [{ tag: "li" }],
  renderHTML: ({ HTMLAttributes }) => ["li", HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      Tab: () => this.editor.commands.sinkListItem(this.name),
      "Shift-Tab": () => this.editor.commands.liftListItem(this.name),
    };
  },
});
const BulletList = Node.create({
  name: "bulletList",
  group: "block",
  content: "listItem+",
  addAttributes: () => ({ ...id, ...proposal }),
  parseHTML: () => [{ tag: "ul" }],
  renderHTML: ({ HTMLAttributes }) => ["ul", HTMLAttributes, 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*([-+*])\s$/, type: this.type })];
  },
  addKeyboardShortcuts() {
    return { "Mod-Shift-8": () => this.editor.commands.toggleList(this.name, "listItem") };
  },
});
const OrderedList = Node.create({
  name: "orderedList",
  group: "block",
  content: "listItem+",
  addAttributes: () => ({
    ...id, ...proposal,
    start: { default: null, parseHTML: (element: HTMLElement) => (element.hasAttribute("start") ? Number(element.getAttribute("start")) : null) },
  }),
  parseHTML: () => [{ tag: "ol" }],
  renderHTML: ({ HTMLAttributes }) => ["ol", HTMLAttributes, 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^(\d+)\.\s$/, type: this.type, getAttributes: (match) => ({ start: Number(match[1]) === 1 ? null : Number(match[1]) }) })];
  },
  addKeyboardShortcuts() {
    return { "Mod-Shift-7": () => this.editor.commands.toggleList(this.name, "listItem") };
  },
});
const Quotation = Node.create({
  name: "blockquote",
  group: "block",
  content: "block+",
  defining: true,
  addAttributes: () => ({ ...id, ...proposal }),
  parseHTML: () => [{ tag: "blockquote" }],
  renderHTML: ({ HTMLAttributes }) => ["blockquote", HTMLAttributes, 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })];
  },
});
const Image = Node.create({
  name: "image",
  group: "block",
  atom: true,
  addAttributes: () => ({ ...id, ...proposal, src: { default: null }, alt: { default: null } }),
  parseHTML: () => [{ tag: "img[src^='/files/attachments/']" }],
  renderHTML: ({ HTMLAttributes }) => ["img", mergeAttributes(HTMLAttributes, { src: String(HTMLAttributes["src"] ?? "").replace(/^attachment:/, "/files/attachments/") })],
});
const HardBreak = Node.create({
  name: "hardBreak",
  group: "inline",
  inline: true,
  selectable: false,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  renderText: () => "\n",
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.insertContent({ type: this.name }) };
  },
});
const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  content: "text*",
  addAttributes: () => id,
  parseHTML: () => [{ tag: "span[data-kind=footnote]" }],
  renderHTML: ({ HTMLAttributes }) => ["span", mergeAttributes(HTMLAttributes, { "data-kind": "footnote", role: "note" }), 0],
});

const mark = (name: string, tag: string, tags: string[], key?: string) =>
  Mark.create({
    name,
    parseHTML: () => tags.map((each) => ({ tag: each })),
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
    addKeyboardShortcuts() {
      return key ? { [key]: () => this.editor.commands.toggleMark(this.name) } : {};
    },
  });
const suggestion = (name: string, tag: string) =>
  Mark.create({
    name,
    inclusive: false,
    addAttributes: () => Object.fromEntries(["id", "capacity", "at"].map((each) => [each, {
      default: null,
      parseHTML: (element: HTMLElement) => element.getAttribute(`data-${each}`),
      renderHTML: (attributes: Record<string, unknown>) => ({ [`data-${each}`]: attributes[each] }),
    }])),
    parseHTML: () => [{ tag: `${tag}[data-capacity]` }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  });
const ADDRESS = /^(https?:\/\/|mailto:|#)/;
const Link = Mark.create({
  name: "link",
  inclusive: false,
  addAttributes: () => ({ href: { default: null } }),
  parseHTML: () => [{ tag: "a[href]", getAttrs: (element) => (ADDRESS.test(element.getAttribute("href") ?? "") ? null : false) }],
  renderHTML: ({ HTMLAttributes }) => ["a", mergeAttributes(HTMLAttributes, { rel: "noopener noreferrer nofollow" }), 0],
});
const Language = Mark.create({
  name: "language",
  addAttributes: () => ({ lang: { default: null } }),
  parseHTML: () => [{ tag: "span[lang]" }],
  renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes, 0],
});

/** All of it, in the order in which the server sorts marks. */
export const schemaExtensions: AnyExtension[] = [
  Doc, Paragraph, Text, Heading, Clause, Measure, BulletList, OrderedList, ListItem,
  Table.extend({ addAttributes: () => ({ ...id, ...proposal }) }).configure({ resizable: false }), TableRow,
  TableHeader.extend({ content: "block+", addAttributes: () => ({ colspan: { default: 1 }, rowspan: { default: 1 } }) }),
  TableCell.extend({ content: "block+", addAttributes: () => ({ colspan: { default: 1 }, rowspan: { default: 1 } }) }),
  Quotation, Image, HardBreak, Footnote,
  mark("bold", "strong", ["strong", "b"], "Mod-b"), mark("italic", "em", ["em", "i"], "Mod-i"),
  mark("underline", "u", ["u"], "Mod-u"), mark("strike", "s", ["s"]),
  mark("superscript", "sup", ["sup"]), mark("subscript", "sub", ["sub"]),
  Language, Link, suggestion("insertion", "ins"), suggestion("deletion", "del"),
];
