"""The text and its decision as linked data: schema.org's Legislation, ELI's draft legislation.

The context stands in the file itself and is never fetched. Things are named by URNs of their own
ids; the ELI-shaped path is a value, since no state has given us a register to speak for. For the
same reason no text claims legal force here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import orjson

from policylab.documents.sections import Section
from policylab.export.dossier import Body, Decision, Dossier, Stand, Subject, Words
from policylab.export.identifiers import path_of, set_path, work_path

Node = dict[str, Any]
_TYPED = "@type"

CONTEXT: Node = {
    "schema": "https://schema.org/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "eli-dl": "http://data.europa.eu/eli/eli-draft-legislation-ontology#",
    "org": "http://www.w3.org/ns/org#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "pl": "urn:policylab:terms:",
    "Legislation": "schema:Legislation",
    "LegislationObject": "schema:LegislationObject",
    "Organization": "schema:Organization",
    "Activity": "eli-dl:Activity",
    "Decision": "eli-dl:Decision",
    "Participation": "eli-dl:Participation",
    "Recommendation": "pl:Recommendation",
    "FormalAdoption": "pl:FormalAdoption",
    "name": {"@id": "schema:name", "@container": "@language"},
    "text": {"@id": "schema:text"},
    "author": {"@id": "schema:author", _TYPED: "@id"},
    "agent": {"@id": "schema:agent", _TYPED: "@id"},
    "inLanguage": {"@id": "schema:inLanguage"},
    "version": {"@id": "schema:version"},
    "legislationIdentifier": {"@id": "schema:legislationIdentifier"},
    "legislationType": {"@id": "schema:legislationType"},
    "legislationLegalValue": {"@id": "schema:legislationLegalValue", _TYPED: "@id"},
    "dateModified": {"@id": "schema:dateModified", _TYPED: "xsd:dateTime"},
    "startDate": {"@id": "schema:startDate", _TYPED: "xsd:dateTime"},
    "endDate": {"@id": "schema:endDate", _TYPED: "xsd:dateTime"},
    "dateAdopted": {"@id": "pl:dateAdopted", _TYPED: "xsd:date"},
    "sealedAt": {"@id": "pl:sealedAt", _TYPED: "xsd:dateTime"},
    "exampleOfWork": {"@id": "schema:exampleOfWork", _TYPED: "@id"},
    "workExample": {"@id": "schema:workExample", _TYPED: "@id", "@container": "@set"},
    "isPartOf": {"@id": "schema:isPartOf", _TYPED: "@id"},
    "hasPart": {"@id": "schema:hasPart", _TYPED: "@id", "@container": "@list"},
    "encoding": {"@id": "schema:encoding"},
    "sha256": {"@id": "schema:sha256"},
    "answeredIn": {"@id": "pl:answeredIn", _TYPED: "@id", "@container": "@set"},
    "object": {"@id": "schema:object", _TYPED: "@id"},
    "hadParticipation": {"@id": "eli-dl:had_participation", "@container": "@set"},
    "decision": {"@id": "pl:decision"},
    "rule": {"@id": "pl:rule", "@container": "@language"},
    "outcome": {"@id": "pl:outcome", _TYPED: "@vocab"},
    "explanation": {"@id": "schema:description", "@container": "@language"},
    "identifier": {"@id": "schema:identifier"},
    "seal": {"@id": "pl:seal"},
    "logEntry": {"@id": "pl:logEntry"},
    "signer": {"@id": "pl:signer"},
    "adoption": {"@id": "pl:adoption", "@container": "@set"},
    "stance": {"@id": "pl:stance", _TYPED: "@vocab"},
    "statement": {"@id": "pl:statement"},
    "reservation": {"@id": "pl:reservation", "@container": "@list"},
    "condition": {"@id": "pl:condition", "@container": "@list"},
    "adReferendum": {"@id": "pl:adReferendum"},
    "dissent": {"@id": "pl:dissent", "@container": "@list"},
    "corrigendum": {"@id": "pl:corrigendum", "@container": "@list"},
    "level": {"@id": "pl:level"},
    "voting": {"@id": "pl:voting"},
    "coverage": {"@id": "pl:coverage"},
    "illustrative": {"@id": "pl:illustrative"},
    "frozenBy": {"@id": "pl:frozenBy", "@container": "@language"},
    "number": {"@id": "pl:number"},
    "kind": {"@id": "pl:kind"},
}


def write_json_ld(dossier: Dossier) -> bytes:
    """The graph of this set in the languages asked for."""
    graph = [
        _work(dossier),
        *(_expression(dossier, language) for language in dossier.languages),
        *(
            _part(dossier, language, section)
            for language in dossier.languages
            for section in dossier.sections[language]
        ),
        *(_body(body) for body in _once(dossier)),
        *(_decision(dossier, decision) for decision in dossier.decisions),
        *_recommendations(dossier),
    ]
    value = {"@context": CONTEXT, "@graph": graph}
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def urn(key: UUID) -> str:
    return f"urn:uuid:{key}"


def expression_urn(dossier: Dossier, language: str) -> str:
    """One language of one numbered version."""
    return urn(uuid5(dossier.set_id, language))


def part_urn(dossier: Dossier, language: str, section_id: UUID) -> str:
    """One clause of it."""
    return urn(uuid5(uuid5(dossier.set_id, language), str(section_id)))


def _once(dossier: Dossier) -> Sequence[Body]:
    return list({body.id: body for body in dossier.bodies}.values())


def _tagged(words: Words) -> dict[str, str]:
    return {language.lower(): text for language, text in words.items() if text}


def _work(dossier: Dossier) -> Node:
    return {
        "@id": urn(dossier.document_id),
        _TYPED: "Legislation",
        "name": _tagged(dossier.titles),
        "legislationIdentifier": work_path(dossier),
        "legislationType": dossier.kind,
        "inLanguage": sorted(dossier.texts),
        "author": [urn(body.id) for body in _once(dossier)],
        "illustrative": dossier.illustrative,
        "workExample": [expression_urn(dossier, language) for language in dossier.languages],
    }


def _expression(dossier: Dossier, language: str) -> Node:
    return {
        "@id": expression_urn(dossier, language),
        _TYPED: "Legislation",
        "exampleOfWork": urn(dossier.document_id),
        "name": {language.lower(): dossier.title(language)},
        "inLanguage": language,
        "version": dossier.number,
        "legislationIdentifier": path_of(dossier, language),
        "legislationType": dossier.kind,
        "dateModified": dossier.frozen_at.isoformat(),
        "frozenBy": _tagged(dossier.frozen_by),
        "illustrative": dossier.illustrative,
        "encoding": {
            _TYPED: "LegislationObject",
            "legislationLegalValue": "schema:UnofficialLegalValue",
            "inLanguage": language,
            "sha256": dossier.hashes[language],
        },
        "identifier": f"sha-256:{dossier.hash}",
        "hasPart": [
            part_urn(dossier, language, section.id) for section in dossier.sections[language]
        ],
    }


def _part(dossier: Dossier, language: str, section: Section) -> Node:
    whole = expression_urn(dossier, language)
    above = part_urn(dossier, language, section.parent) if section.parent else whole
    made: Node = {
        "@id": part_urn(dossier, language, section.id),
        _TYPED: "Legislation",
        "isPartOf": above,
        "exampleOfWork": urn(section.id),
        "inLanguage": language,
        "kind": section.kind,
        "number": section.number,
        "text": section.text,
        "encoding": {_TYPED: "LegislationObject", "sha256": section.hash.hex()},
    }
    if section.heading:
        made["name"] = {language.lower(): section.heading}
    return made


def _body(body: Body) -> Node:
    return {
        "@id": urn(body.id),
        _TYPED: ["Organization", "org:Organization"],
        "name": _tagged(body.names),
        "kind": body.kind,
        "level": body.level,
        "voting": body.voting,
    }


def _about(dossier: Dossier, subject: Subject) -> str:
    """The clause, in whichever language; the whole set; or an amendment to it."""
    if subject.section_id is not None and not subject.amendment:
        return urn(subject.section_id)
    return urn(dossier.set_id)


def _decision(dossier: Dossier, decision: Decision) -> Node:
    made: Node = {
        "@id": urn(decision.id),
        _TYPED: "Activity",
        "startDate": decision.opens_at.isoformat(),
        "object": _about(dossier, decision.subject),
        "legislationIdentifier": set_path(dossier),
        "rule": _tagged(decision.rule),
        "hadParticipation": [
            _participation(dossier, stand)
            for stand in dossier.stands
            if stand.subject == decision.subject
        ],
    }
    if decision.closed_at and decision.outcome:
        made["endDate"] = decision.closed_at.isoformat()
        made["decision"] = _outcome(decision)
    return made


def _outcome(decision: Decision) -> Node:
    made: Node = {
        _TYPED: "Decision",
        "outcome": f"pl:{decision.outcome}",
        "explanation": _tagged(decision.sentences),
        "dissent": [text for _, text in decision.dissents],
        "corrigendum": [text for _, text in decision.corrigenda],
        "adoption": [
            {
                _TYPED: "FormalAdoption",
                "schema:name": each.body,
                "dateAdopted": each.on.isoformat(),
                "identifier": each.reference,
            }
            for each in decision.adoptions
        ],
    }
    if decision.identifier:
        made["identifier"] = decision.identifier
    if decision.seal:
        made |= {
            "seal": decision.seal.hash,
            "logEntry": decision.seal.leaf,
            "signer": decision.seal.signer,
            "sealedAt": decision.seal.at.isoformat(),
        }
    return made


def _participation(dossier: Dossier, stand: Stand) -> Node:
    made: Node = {
        _TYPED: "Participation",
        "agent": urn(stand.body.id),
        "stance": f"pl:{stand.stance or 'NO_POSITION'}",
        "adReferendum": stand.ad_referendum and not stand.confirmed,
        "reservation": list(stand.reservations),
        "condition": [each.text for each in stand.conditions],
    }
    if stand.statement:
        made["statement"] = stand.statement
    return made


def _recommendations(dossier: Dossier) -> list[Mapping[str, Any]]:
    return [
        {
            "@id": urn(uuid5(dossier.document_id, f"recommendation {place} {row.number}")),
            _TYPED: "Recommendation",
            "number": row.number,
            "name": _tagged(row.texts),
            "coverage": row.state,
            "answeredIn": [urn(section_id) for section_id, _, _ in row.clauses],
        }
        for place, row in enumerate(dossier.coverage)
    ]
