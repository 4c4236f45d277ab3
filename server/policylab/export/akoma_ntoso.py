"""The third writer: Akoma Ntoso 3.0 (OASIS LegalDocML), for parliaments and law databases.

One language is one `statement` (of a strategy, else `doc`); two are a `documentCollection` of both.
Clauses carry their own id as `eId`, so that it stays theirs through versions and languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from policylab.documents.tree import Json
from policylab.export import words
from policylab.export.annexes import annexes
from policylab.export.cover import cover_of
from policylab.export.dossier import Dossier, within
from policylab.export.fair_copy import parts
from policylab.export.identifiers import jurisdiction, path_of, set_path, work_path
from policylab.export.rules import house_language, slug

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HIERARCHY = {"heading": "section", "clause": "clause", "measure": "hcontainer"}
_MARKS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "superscript": "sup",
    "subscript": "sub",
}
_THREE_LETTERS = {"en": "eng", "fr": "fra"}
Element = Any


def write_akoma_ntoso(dossier: Dossier) -> bytes:
    """The XML of this set in the languages asked for."""
    root = etree.Element(f"{{{NAMESPACE}}}akomaNtoso", nsmap={None: NAMESPACE})
    if len(dossier.languages) == 1:
        root.append(_Writer(dossier, dossier.languages[0]).document())
    else:
        root.append(_collection(dossier))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=False)


def _collection(dossier: Dossier) -> Element:
    made = _element("documentCollection", name="bilingual")
    first = _Writer(dossier, dossier.languages[0])
    made.append(first.meta(languages=dossier.languages))
    body = _into(made, "collectionBody")
    for language in dossier.languages:
        component = _into(body, "component", eId=f"component_{slug(language)}")
        component.append(_Writer(dossier, language, prefix=f"{slug(language)}__").document())
    return made


def _element(tag: str, text: str | None = None, **attributes: str) -> Element:
    made = etree.Element(f"{{{NAMESPACE}}}{tag}", attributes)
    made.text = text
    return made


def _into(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    made = _element(tag, text, **attributes)
    parent.append(made)
    return made


@dataclass
class _Writer:
    """Writes one language."""

    dossier: Dossier
    language: str
    prefix: str = ""
    """In front of every eId where two languages share a file."""
    counters: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def source(self) -> str:
        """Who says so: the service itself."""
        return f"#{self.prefix}policylab"

    def eid(self, kind: str, identifier: object = None) -> str:
        """The clause's own id, or the next number of its kind for what has none."""
        if identifier:
            return f"{self.prefix}{kind}_{identifier}"
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return f"{self.prefix}{kind}_{self.counters[kind]}"

    def document(self) -> Element:
        kind = "statement" if self.dossier.kind == "strategy" else "doc"
        made = _element(kind, name=slug(self.dossier.kind))
        made.append(self.meta(languages=[self.language]))
        made.append(self.preface())
        made.append(self.main_body())
        made.append(self.attachments())
        return made

    # ---- meta ------------------------------------------------------------------------------

    def meta(self, *, languages: Sequence[str]) -> Element:
        meta = _element("meta")
        about = _into(meta, "identification", source=self.source)
        work, version = work_path(self.dossier), set_path(self.dossier)
        expression = path_of(self.dossier, self.language) if len(languages) == 1 else version
        self._work(_into(about, "FRBRWork"), work)
        self._expression(_into(about, "FRBRExpression"), expression, languages)
        manifestation = _into(about, "FRBRManifestation")
        self._common(manifestation, f"{expression}.akn.xml", "format")
        _into(manifestation, "FRBRformat", value="application/akn+xml")
        _into(
            meta,
            "publication",
            date=self._day(),
            name="Policy Lab",
            showAs=within(self.dossier.lab, self.language),
            number=str(self.dossier.number),
        )
        self._references(_into(meta, "references", source=self.source))
        self._proprietary(_into(meta, "proprietary", source=self.source))
        return meta

    def _day(self) -> str:
        return self.dossier.frozen_at.date().isoformat()

    def _common(self, parent: Element, path: str, name: str) -> None:
        _into(parent, "FRBRthis", value=f"{path}/!main")
        _into(parent, "FRBRuri", value=path)
        _into(parent, "FRBRdate", date=self._day(), name=name)
        _into(parent, "FRBRauthor", href=f"#{self.prefix}lab")

    def _work(self, parent: Element, path: str) -> None:
        self._common(parent, path, "frozen")
        _into(parent, "FRBRcountry", value=jurisdiction(self.dossier))
        _into(parent, "FRBRsubtype", value=slug(self.dossier.kind))
        _into(parent, "FRBRnumber", value=str(self.dossier.number))
        _into(parent, "FRBRname", value=self.dossier.title(self.language))
        _into(parent, "FRBRprescriptive", value="false")
        _into(parent, "FRBRauthoritative", value="false")

    def _expression(self, parent: Element, path: str, languages: Sequence[str]) -> None:
        self._common(parent, path, "frozen")
        _into(parent, "FRBRversionNumber", value=str(self.dossier.number))
        for language in languages:
            _into(parent, "FRBRlanguage", language=three_letters(language))

    def _references(self, parent: Element) -> None:
        _into(
            parent,
            "TLCOrganization",
            eId=f"{self.prefix}lab",
            href=f"/ontology/organization/{jurisdiction(self.dossier)}/lab",
            showAs=within(self.dossier.lab, self.language),
        )
        _into(
            parent,
            "TLCOrganization",
            eId=f"{self.prefix}policylab",
            href="/ontology/organization/policylab",
            showAs="Policy Lab",
        )
        for body in {body.id: body for body in self.dossier.bodies}.values():
            _into(
                parent,
                "TLCOrganization",
                eId=self.eid("body", body.id),
                href=f"/ontology/organization/{jurisdiction(self.dossier)}/{body.id}",
                showAs=within(body.names, self.language),
            )

    def _proprietary(self, parent: Element) -> None:
        """Fingerprints, in a namespace of our own."""
        ours = "urn:policylab:akn"
        made = etree.SubElement(parent, f"{{{ours}}}provenance", nsmap={"pl": ours})
        made.set("set", self.dossier.hash)
        made.set("illustrative", str(self.dossier.illustrative).lower())
        for language in sorted(self.dossier.hashes):
            line = etree.SubElement(made, f"{{{ours}}}language")
            line.set("tag", language)
            line.set("sha256", self.dossier.hashes[language])
        for section in self.dossier.sections[self.language]:
            line = etree.SubElement(made, f"{{{ours}}}clause")
            line.set("id", str(section.id))
            line.set("sha256", section.hash.hex())

    # ---- preface, body, attachments ----------------------------------------------------------

    def preface(self) -> Element:
        cover = cover_of(self.dossier, self.language)
        made = _element("preface", eId=self.eid("preface", "cover"))
        made.set(_XML_LANG, self.language)
        title = _into(made, "p")
        _into(title, "docTitle", cover.title)
        about = _into(made, "p")
        _into(about, "docType", cover.kicker)
        version = _into(made, "p")
        _into(version, "docDate", cover.subtitle, date=self._day())
        if cover.notice:
            _into(made, "p", cover.notice)
        colon = words.COLON.within(house_language(self.language))
        for fact in cover.facts:
            _into(made, "p", f"{fact.label}{colon} {fact.text}")
        return made

    def main_body(self) -> Element:
        made = _element("mainBody", eId=self.eid("body", "main"))
        made.set(_XML_LANG, self.language)
        own = {item.id: item for item in self.dossier.sections[self.language]}
        inside: dict[UUID | None, list[Element]] = {None: []}
        nested: dict[UUID, list[UUID]] = {}
        for item in own.values():
            if item.parent is not None:
                nested.setdefault(item.parent, []).append(item.id)
        for key, blocks in reversed(parts(self.dossier, self.language)):
            children = [child for id in nested.get(key, ()) for child in inside.get(id, ())]
            parent = own[key].parent
            inside[key] = [self._section(key, own[key].kind, blocks, children)]
            if parent is None:
                inside[None] = inside[key] + inside[None]
        made.extend(inside[None] or [self._container("opening", [], None)])
        return made

    def _section(
        self, key: UUID, kind: str, blocks: Sequence[Json], children: Sequence[Element]
    ) -> Element:
        if kind not in _HIERARCHY:
            return self._container("opening", blocks, key)
        node, *rest = blocks
        options = {"name": "measure"} if kind == "measure" else {}
        made = _element(_HIERARCHY[kind], eId=self.eid("sec", key), **options)
        _into(made, "num", node["attrs"]["number"])
        if kind == "heading":
            self.inlines(_into(made, "heading"), node["content"])
            if children:
                self._filled(_into(made, "intro"), rest) if rest else None
                made.extend(children)
            else:
                self._filled(_into(made, "content"), rest)
            return made
        content = _into(made, "content")
        self._filled(content, node["content"])
        if kind == "measure" and node["attrs"]["facts"]:
            listed = _into(content, "ul")
            for label, text in node["attrs"]["facts"]:
                _into(_into(listed, "li"), "p", f"{label} {text}")
        return made

    def _container(self, name: str, blocks: Sequence[Json], key: UUID | None) -> Element:
        made = _element("hcontainer", name=name, eId=self.eid("sec", key))
        self._filled(_into(made, "content"), blocks)
        return made

    def attachments(self) -> Element:
        """The annexes, each a document of its own."""
        made = _element("attachments")
        for title, blocks in _by_annex(annexes(self.dossier, self.language)):
            letter = title["attrs"]["id"].removeprefix("annex-")
            own = _into(made, "attachment", eId=self.eid("att", letter))
            _into(own, "heading", f"{title['attrs']['number']} {title['content'][0]['text']}")
            doc = _into(own, "doc", name="annex")
            doc.append(self.meta_of_annex(letter))
            body = _into(doc, "mainBody")
            body.set(_XML_LANG, house_language(self.language))
            self._filled(body, blocks)
        return made

    def meta_of_annex(self, letter: str) -> Element:
        meta = _element("meta")
        about = _into(meta, "identification", source=self.source)
        paths = {
            "FRBRWork": work_path(self.dossier),
            "FRBRExpression": path_of(self.dossier, self.language),
            "FRBRManifestation": f"{path_of(self.dossier, self.language)}.akn.xml",
        }
        for tag, path in paths.items():
            level = _into(about, tag)
            _into(level, "FRBRthis", value=f"{path}/!annex-{letter}")
            _into(level, "FRBRuri", value=path)
            _into(level, "FRBRdate", date=self._day(), name="frozen")
            _into(level, "FRBRauthor", href=f"#{self.prefix}lab")
            if tag == "FRBRWork":
                _into(level, "FRBRcountry", value=jurisdiction(self.dossier))
            elif tag == "FRBRExpression":
                _into(level, "FRBRlanguage", language=three_letters(self.language))
        return meta

    # ---- blocks and words --------------------------------------------------------------------

    def _filled(self, parent: Element, nodes: Iterable[Json]) -> None:
        for node in nodes:
            self.block(parent, node)
        if len(parent) == 0:
            _into(parent, "p")

    def block(self, parent: Element, node: Json) -> None:
        content = node.get("content", ())
        match node["type"]:
            case "paragraph":
                self.inlines(_into(parent, "p"), content)
            case "heading":
                self.inlines(_into(_into(parent, "p"), "b"), content)
            case "bulletList" | "orderedList":
                if content:
                    self._list(parent, node)
            case "blockquote":
                quoted = _into(parent, "blockContainer", eId=self.eid("quote"))
                self._filled(quoted, content)
            case "table":
                self._table(parent, node)
            case "image":
                self._image(parent, node)
            case kind:
                raise ValueError(f"a fair copy has no {kind} here")

    def _list(self, parent: Element, node: Json) -> None:
        ordered = node["type"] == "orderedList"
        made = _into(parent, "ol" if ordered else "ul")
        for place, item in enumerate(node["content"]):
            number = {"value": str(node["attrs"]["start"] + place)} if ordered else {}
            self._filled(_into(made, "li", **number), item.get("content", ()))

    def _table(self, parent: Element, node: Json) -> None:
        made = _into(parent, "table", eId=self.eid("table"))
        for row in node["rows"]:
            line = _into(made, "tr")
            for cell in row:
                spans = {
                    name: str(cell["attrs"][name])
                    for name in ("colspan", "rowspan")
                    if cell["attrs"][name] > 1
                }
                kind = "th" if cell["attrs"]["header"] else "td"
                self._filled(_into(line, kind, **spans), cell["content"])

    def _image(self, parent: Element, node: Json) -> None:
        attrs = node["attrs"]
        line = _into(parent, "p")
        if attrs["picture"] is None:
            line.text = attrs["absent"]
            return
        _into(line, "img", src=f"/files/attachments/{attrs['picture']}", alt=attrs["alt"])

    def inlines(self, parent: Element, nodes: Iterable[Json]) -> None:
        for node in nodes:
            if node["type"] == "hardBreak":
                _into(parent, "br")
            elif node["type"] == "footnote":
                marker = self.eid("note")
                number = marker.rsplit("_", 1)[1]
                note = _into(parent, "authorialNote", eId=marker, marker=number)
                self.inlines(_into(note, "p"), node["content"])
            else:
                self._words(parent, node)

    def _words(self, parent: Element, node: Json) -> None:
        made: Element = None
        inner: Element = None
        for mark in reversed(node["marks"]):
            wrap = self._mark(mark)
            if wrap is None:
                continue
            if inner is None:
                made = inner = wrap
            else:
                inner.append(wrap)
                inner = wrap
        if made is None:
            _append_text(parent, node["text"])
        else:
            inner.text = node["text"]
            parent.append(made)

    def _mark(self, mark: Json) -> Element | None:
        match mark["type"]:
            case "link":
                href = mark.get("href") or f"#{self.eid('sec', mark['anchor'])}"
                return _element("a", href=href)
            case "language":
                made = _element("span")
                made.set(_XML_LANG, mark["lang"])
                return made
            case "strike":
                return _element("span", **{"class": "strike"})
            case kind:
                return _element(_MARKS[kind]) if kind in _MARKS else None


def three_letters(language: str) -> str:
    """ISO 639-2 as EU language authorities write it, where we know it; else the tag itself."""
    tag = language.split("-")[0].lower()
    return _THREE_LETTERS.get(tag, tag)


def _append_text(parent: Element, text: str) -> None:
    """Words after whatever the element holds already."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _by_annex(blocks: Iterable[Json]) -> list[tuple[Json, list[Json]]]:
    found: list[tuple[Json, list[Json]]] = []
    for block in blocks:
        if block["type"] == "heading" and block["attrs"]["number"]:
            found.append((block, []))
        else:
            found[-1][1].append(block)
    return found
