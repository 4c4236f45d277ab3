/** A text to be read: the same tree as in the editor, drawn without one. */
import "../../editor/editor.css";
import { createElement, type ReactNode } from "react";
import type { SectionLine } from "./Outline.tsx";

type Tree = { type: string; text?: string; attrs?: Record<string, unknown>; marks?: { type: string; attrs?: Record<string, unknown> }[]; content?: Tree[] };

const TAGS: Record<string, string> = {
  paragraph: "p", bulletList: "ul", orderedList: "ol", listItem: "li", blockquote: "blockquote", tableRow: "tr", tableHeader: "th", tableCell: "td",
  clause: "div", measure: "div", footnote: "span",
};
const MARKS: Record<string, string> = {
  bold: "strong", italic: "em", underline: "u", strike: "s", superscript: "sup", subscript: "sub", insertion: "ins", deletion: "del",
};

function words(node: Tree): ReactNode {
  return (node.marks ?? []).reduce<ReactNode>((inner, mark) => {
    if (mark.type === "link") return <a href={String(mark.attrs?.["href"])} rel="noopener noreferrer nofollow">{inner}</a>;
    if (mark.type === "language") return <span lang={String(mark.attrs?.["lang"])}>{inner}</span>;
    return createElement(MARKS[mark.type] ?? "span", undefined, inner);
  }, node.text ?? "");
}

function draw(node: Tree, key: number, numbers: ReadonlyMap<string, string>): ReactNode {
  const attrs = node.attrs ?? {};
  const id = typeof attrs["id"] === "string" ? attrs["id"] : undefined;
  const inner = (node.content ?? []).map((child, place) => draw(child, place, numbers));
  const number = id ? numbers.get(id) : undefined;
  if (node.type === "text") return <span key={key}>{words(node)}</span>;
  if (node.type === "hardBreak") return <br key={key} />;
  if (node.type === "image") return <img key={key} alt={String(attrs["alt"] ?? "")} src={String(attrs["src"] ?? "").replace(/^attachment:/, "/files/attachments/")} />;
  if (node.type === "table") return <table key={key}><tbody>{inner}</tbody></table>;
  if (node.type === "heading") {
    return createElement(`h${Number(attrs["level"] ?? 1) + 1}`, { key, id }, number ? <span className="pl-number">{number} </span> : null, ...inner);
  }
  const more: Record<string, unknown> = { key, id };
  if (node.type === "clause" || node.type === "measure" || node.type === "footnote") more["data-kind"] = node.type;
  if (node.type === "orderedList" && attrs["start"]) more["start"] = attrs["start"];
  if (attrs["colspan"]) more["colSpan"] = attrs["colspan"];
  if (attrs["rowspan"]) more["rowSpan"] = attrs["rowspan"];
  return createElement(TAGS[node.type] ?? "div", more, number ? <span className="pl-number" key="number">{number}</span> : null, ...inner);
}

export function Reading({ content, sections, language }: { content: unknown; sections: readonly SectionLine[]; language: string }) {
  const numbers = new Map(sections.map((section) => [section.sectionId, section.number]));
  return <article className="policy-text" lang={language} dir="auto">{((content as Tree).content ?? []).map((node, place) => draw(node, place, numbers))}</article>;
}
