"""Answers brought to one common shape, so that nobody is measured who answers something else.

Ours, Mercurius and Strawberry are asked the same documents; PostGraphile makes its schema out of
the tables, so its answers are put together here as a client of its would do it.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from policylab.kit.errors import Refused
from policylab.kit.ids import from_global

MOMENTS = {"updatedAt", "createdAt", "sealedAt", "opensAt"}
CUT_DIFFERENTLY = {"excerpt"}
"""Each cuts the words around what was found in its own way."""


def common(screen: str, answer: dict[str, Any], *, postgraphile: bool = False) -> Any:
    """What an answer says, whoever gave it."""
    data = answer["data"]
    if postgraphile:
        data = FROM_POSTGRAPHILE[screen](data)
    if screen == "cast":
        data["takePosition"].pop("id")  # a new one each time
    if screen == "search":  # of places that are worth the same, any may come first
        data["search"]["nodes"].sort(
            key=lambda hit: (hit["kind"], hit["number"] or "", hit["title"])
        )
    return _plain(data)


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {
            key: _plain(item, key)
            for key, item in sorted(value.items())
            if key not in CUT_DIFFERENTLY
        }
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if name == "id" and isinstance(value, str):
        return _key(value)
    if name in MOMENTS and value is not None:
        return datetime.fromisoformat(value).timestamp()
    return value.upper() if name == "kind" and isinstance(value, str) else value


def _key(value: str) -> str:
    """An identifier of ours as the UUID that it holds; a UUID as it is."""
    try:
        return str(from_global(value)[1])
    except Refused:
        return value


def difference(one: Any, other: Any, path: str = "") -> str | None:
    """Where two answers in the common shape differ first; None where they are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{path}: fields {sorted(one.keys() ^ other.keys())}"
        return _first(difference(one[key], other[key], f"{path}.{key}") for key in one)
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{path}: {len(one)} items, {len(other)} items"
        pairs = enumerate(zip(one, other, strict=True))
        return _first(difference(a, b, f"{path}[{place}]") for place, (a, b) in pairs)
    return None if one == other else f"{path}: {json.dumps(one)} is not {json.dumps(other)}"


def _first(found: Iterable[str | None]) -> str | None:
    return next((each for each in found if each is not None), None)


def fields(value: Any) -> int:
    """How many fields an answer has."""
    if isinstance(value, dict):
        return sum(1 + fields(item) for item in value.values())
    return sum(map(fields, value)) if isinstance(value, list) else 0


# ── PostGraphile ──


def _board(data: Any) -> Any:
    labs = data["allLabs"]
    return {"labs": {"totalCount": labs["totalCount"], "nodes": [_lab(x) for x in labs["nodes"]]}}


def _lab(row: Any) -> Any:
    page = row["dialoguesByLabId"]
    return {
        "id": row["rowId"],
        "name": row["names"]["en"],
        "purpose": row["purposes"]["en"],
        "illustrative": row["illustrative"],
        "languages": row["languages"],
        "levels": [
            {"code": level["code"], "name": level["names"]["en"], "order": level["place"]}
            for level in row["labLevelsByLabIdList"]
        ],
        "dialogues": {
            "totalCount": page["totalCount"],
            "nodes": [
                {
                    "id": each["rowId"],
                    "question": each["questions"]["en"],
                    "visibility": each["visibility"],
                    "createdAt": each["createdAt"],
                }
                for each in page["nodes"]
            ],
        },
    }


LEVEL_ORDER = ("LOCAL", "REGIONAL", "NATIONAL")


def _draft(data: Any) -> Any:
    draft = data["draftByRowId"]
    open_threads = Counter(
        thread["sectionId"] for thread in draft["threadsByDraftIdList"] if thread["state"] == "OPEN"
    )
    return {
        "draft": {
            "id": draft["rowId"],
            "updatedAt": draft["updatedAt"],
            "sequence": draft["projectedSeq"],
            "document": _document(draft["documentByDocumentId"]),
            "sections": [
                _section(section, open_threads[section["sectionId"]])
                for section in draft["draftSectionsByDraftIdList"]
            ],
            "threads": [_thread(thread) for thread in draft["threadsByDraftIdList"]],
        }
    }


def _document(row: Any) -> Any:
    dialogue = row["dialogueByDialogueId"]
    lab = dialogue["labByLabId"]
    delegations = sorted(
        dialogue["delegationsByDialogueIdList"],
        key=lambda each: (LEVEL_ORDER.index(each["level"]), each["rowId"]),
    )
    return {
        "id": row["rowId"],
        "title": row["titles"]["en"],
        "kind": row["kind"],
        "dialogue": {
            "id": dialogue["rowId"],
            "question": dialogue["questions"]["en"],
            "lab": {"id": lab["rowId"], "name": lab["names"]["en"]},
            "delegations": [
                {
                    "id": each["rowId"],
                    "voting": each["voting"],
                    "weight": each["weight"],
                    "level": {"code": each["level"]},
                    "organisation": _organisation(each),
                }
                for each in delegations
            ],
        },
    }


def _organisation(delegation: Any) -> Any:
    row = delegation["organisationByOrganisationId"]
    return {"id": row["rowId"], "name": row["names"]["en"]}


def _section(row: Any, threads: int) -> Any:
    plain = {key: row[key] for key in ("sectionId", "number", "kind", "heading", "text")}
    return plain | {
        "order": row["place"],
        "threadCount": threads,
        "positions": [
            {
                "id": each["rowId"],
                "stance": each["stance"],
                "statement": each["statement"],
                "delegation": {
                    "id": each["delegationByDelegationId"]["rowId"],
                    "voting": each["delegationByDelegationId"]["voting"],
                },
            }
            for each in row["positionsList"]
        ],
    }


def _thread(row: Any) -> Any:
    plain = {
        key: row[key] for key in ("sectionId", "quotation", "state", "visibility", "createdAt")
    }
    return plain | {
        "id": row["rowId"],
        "comments": [
            {
                "id": each["rowId"],
                "body": each["body"],
                "createdAt": each["createdAt"],
                "capacity": {
                    "id": each["capacityByCapacityId"]["rowId"],
                    "function": each["capacityByCapacityId"]["functions"]["en"],
                    "role": each["capacityByCapacityId"]["role"],
                },
            }
            for each in row["commentsByThreadIdList"]
        ],
    }


def _coverage(data: Any) -> Any:
    dialogue = data["dialogueByRowId"]
    links: dict[str, list[Any]] = {}
    for link in dialogue["traceLinksByDialogueIdList"]:
        links.setdefault(link["recommendationId"], []).append(_link(link))
    answers = {
        each["recommendationId"]: each
        for each in dialogue["recommendationResponsesByDialogueIdList"]
    }
    rows = [
        _coverage_row(row, links.get(row["rowId"], []), answers.get(row["rowId"]))
        for attached in dialogue["dialogueAssessmentsByDialogueIdList"]
        for row in attached["assessmentByAssessmentId"]["recommendationsByAssessmentIdList"]
        if row["kind"] in ("RECOMMENDATION", "AREA_TO_IMPROVE")
    ]
    states = Counter(row["state"] for row in rows)
    names = ("ANSWERED", "PARTLY", "OPEN", "DECLINED", "REFERRED")
    counts = {name.lower(): states[name] for name in names}
    return {
        "dialogue": {
            "id": dialogue["rowId"],
            "question": dialogue["questions"]["en"],
            "coverage": counts | {"rows": rows},
        }
    }


def _link(row: Any) -> Any:
    clause, document = row["clause"], row["documentByDocumentId"]
    confirmed = clause is not None and _same_hash(row["hashes"][clause["language"]], clause["hash"])
    return {
        "id": row["rowId"],
        "kind": row["kind"],
        "note": row["note"],
        "sectionId": row["sectionId"],
        "number": clause and clause["number"],
        "state": "CONFIRMED" if confirmed else "TO_BE_CONFIRMED",
        "document": {"id": document["rowId"], "title": document["titles"]["en"]},
    }


def _same_hash(confirmed: str, now: str) -> bool:
    """PostGraphile tells bytes in base64, the link keeps them in hexadecimal."""
    return base64.b64decode(now).hex() == confirmed


def _coverage_row(row: Any, links: list[Any], answer: Any) -> Any:
    dimensions = [
        each["dimensionByDimensionId"]
        for each in row["recommendationDimensionsByRecommendationIdList"]
    ]
    dimensions.sort(key=lambda each: each["place"])
    return {
        "state": _coverage_state(links, answer and answer["answer"]),
        "recommendation": {
            "id": row["rowId"],
            "number": row["number"],
            "text": row["texts"]["en"],
            "kind": row["kind"],
            "dimensions": [{"id": x["rowId"], "name": x["names"]["en"]} for x in dimensions],
        },
        "links": links,
        "response": answer
        and {
            "id": answer["rowId"],
            "answer": answer["answer"],
            "reasons": answer["reasons"],
            "decidedOn": answer["decidedOn"],
        },
    }


def _coverage_state(links: list[Any], answer: str | None) -> str:
    if any(link["kind"] == "ADDRESSES" and link["state"] == "CONFIRMED" for link in links):
        return "PARTLY" if answer == "PARTLY" else "ANSWERED"
    if answer in ("DECLINED", "REFERRED"):
        return answer
    return "PARTLY" if any(link["kind"] != "CONTRADICTS" for link in links) else "OPEN"


def _search(data: Any) -> Any:
    found = data["searchList"]
    return {
        "search": {
            "totalCount": found[0]["total"] if found else 0,
            "nodes": [
                {
                    "kind": hit["kind"],
                    "title": hit["title"],
                    "number": hit["number"],
                    "dialogue": hit["dialogue"]
                    and {
                        "id": hit["dialogue"]["rowId"],
                        "question": hit["dialogue"]["questions"]["en"],
                    },
                    "node": {"id": hit["nodeId"]},
                }
                for hit in found
            ],
        }
    }


def _decisions(data: Any) -> Any:
    dialogue = data["dialogueByRowId"]
    page = dialogue["decisionRecordsByDialogueId"]
    return {
        "dialogue": {
            "id": dialogue["rowId"],
            "question": dialogue["questions"]["en"],
            "decisions": {
                "nodes": [_record(record) for record in page["nodes"]],
                "pageInfo": page["pageInfo"],
            },
        }
    }


def _record(row: Any) -> Any:
    seal, frozen = row["recordSealByRecordId"], row["versionSetBySetId"]
    procedure, document = row["procedureByProcedureId"], frozen["documentByDocumentId"]
    return {
        "id": row["rowId"],
        "identifier": row["identifier"],
        "outcome": row["outcome"],
        "hash": seal and seal["hash"],
        "sealedAt": seal and seal["sealedAt"],
        "set": {
            "id": frozen["rowId"],
            "number": frozen["number"],
            "document": {"id": document["rowId"], "title": document["titles"]["en"]},
        },
        "procedure": {
            "id": procedure["rowId"],
            "opensAt": procedure["opensAt"],
            "levels": procedure["levels"],
            "sectionId": procedure["sectionId"],
        },
        "statements": [
            {
                "id": each["rowId"],
                "text": each["text"],
                "delegation": {
                    "id": each["delegationByDelegationId"]["rowId"],
                    "organisation": _organisation(each["delegationByDelegationId"]),
                },
            }
            for each in row["dissentingStatementsByRecordIdList"]
        ],
    }


def _cast(data: Any) -> Any:
    taken = data["takePosition"]["result"]
    return {
        "takePosition": {
            "__typename": "Position",
            "id": taken["rowId"],
            "stance": taken["stance"],
            "statement": taken["statement"],
            "state": taken["state"],
            "sectionId": taken["sectionId"],
            "delegation": {"id": taken["delegationByDelegationId"]["rowId"]},
        }
    }


FROM_POSTGRAPHILE: dict[str, Callable[[Any], Any]] = {
    "board": _board,
    "draft": _draft,
    "coverage": _coverage,
    "search": _search,
    "decisions": _decisions,
    "cast": _cast,
}
