"""The catalogue of public data sets: DCAT-AP 3 as JSON-LD. Pure.

The context stands in the file itself and is never fetched. What is listed here everybody may take:
the reference data that comes with the package, the records that were made public, the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from policylab.decisions import PublicRecord
from policylab.feeds.atom import MEDIA_TYPE as ATOM
from policylab.feeds.atom import moment
from policylab.feeds.decisions import ZIP, package_address
from policylab.feeds.words import WORDS, in_words
from policylab.process import Said

Node = dict[str, Any]
AUTHORITY = "http://publications.europa.eu/resource/authority/"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PUBLIC = {"@id": f"{AUTHORITY}access-right/PUBLIC"}
EUPL = {"@id": f"{AUTHORITY}licence/EUPL_1_2"}
"""The licence of this program and of the files that come with it."""
THEMES = [{"@id": f"{AUTHORITY}data-theme/{code}"} for code in ("GOVE", "SOCI")]
LANGUAGES = {"en": "ENG", "fr": "FRA"}
KINDS = {"csv": ("text/csv", "CSV"), "json": ("application/json", "JSON")}
FIRST = 500
"""So many published decisions are listed, the latest first; the feed has all of them."""

CONTEXT: Node = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "title": {"@id": "dct:title", "@container": "@language"},
    "description": {"@id": "dct:description", "@container": "@language"},
    "keyword": {"@id": "dcat:keyword", "@container": "@language"},
    "label": {"@id": "rdfs:label", "@container": "@language"},
    "identifier": {"@id": "dct:identifier"},
    "issued": {"@id": "dct:issued", "@type": "xsd:dateTime"},
    "modified": {"@id": "dct:modified", "@type": "xsd:dateTime"},
    "publisher": {"@id": "dct:publisher"},
    "creator": {"@id": "dct:creator"},
    "name": {"@id": "foaf:name"},
    "names": {"@id": "foaf:name", "@container": "@language"},
    "homepage": {"@id": "foaf:homepage", "@type": "@id"},
    "language": {"@id": "dct:language"},
    "license": {"@id": "dct:license"},
    "accessRights": {"@id": "dct:accessRights"},
    "source": {"@id": "dct:source", "@type": "@id", "@container": "@set"},
    "provenance": {"@id": "dct:provenance"},
    "theme": {"@id": "dcat:theme", "@container": "@set"},
    "dataset": {"@id": "dcat:dataset", "@container": "@set"},
    "distribution": {"@id": "dcat:distribution", "@container": "@set"},
    "accessURL": {"@id": "dcat:accessURL", "@type": "@id"},
    "downloadURL": {"@id": "dcat:downloadURL", "@type": "@id"},
    "mediaType": {"@id": "dcat:mediaType", "@type": "@id"},
    "format": {"@id": "dct:format"},
    "byteSize": {"@id": "dcat:byteSize", "@type": "xsd:nonNegativeInteger"},
    "checksum": {"@id": "spdx:checksum"},
    "algorithm": {"@id": "spdx:algorithm"},
    "checksumValue": {"@id": "spdx:checksumValue", "@type": "xsd:hexBinary"},
}


def catalogue_of(
    *,
    base: str,
    files: Mapping[str, bytes],
    sources: Sequence[str],
    records: Sequence[PublicRecord],
    changed_at: datetime | None,
) -> Node:
    """The whole catalogue."""
    home = f"{base}/catalogue"
    value: Node = {
        "@context": CONTEXT,
        "@id": home,
        "@type": "dcat:Catalog",
        "title": _both("catalogue.title"),
        "description": _both("catalogue.about"),
        "publisher": _publisher(base),
        "homepage": base + "/",
        "language": [_language(tag) for tag in LANGUAGES],
        "license": EUPL,
        "dataset": [
            _index(home, files, sources),
            _decisions(base),
            _log(base),
            *(_decision(base, record) for record in records),
            *_texts(base, records),
        ],
    }
    return value | ({"modified": moment(changed_at)} if changed_at else {})


def _index(home: str, files: Mapping[str, bytes], sources: Sequence[str]) -> Node:
    about = _both("index.about")
    return _dataset(f"{home}#index", "index.title", "index.about") | {
        "publisher": _publisher(home.removesuffix("/catalogue")),
        "source": list(sources),
        "provenance": {"@type": "dct:ProvenanceStatement", "label": about},
        "distribution": [_file(home, name, data) for name, data in files.items()],
    }


def _file(home: str, name: str, data: bytes) -> Node:
    media_type, kind = KINDS[name.rpartition(".")[2]]
    address = f"{home}/index/{name}"
    return _distribution(address, media_type, kind, title={"en": name}) | {
        "license": EUPL,
        "downloadURL": address,
        "byteSize": str(len(data)),
        "checksum": {
            "@type": "spdx:Checksum",
            "algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "checksumValue": hashlib.sha256(data).hexdigest(),
        },
    }


def _decisions(base: str) -> Node:
    feed = f"{base}/feeds/decisions.atom"
    addresses = {"en": feed, "fr": f"{feed}?language=fr"}
    return _dataset(f"{base}/catalogue#decisions", "feed.title", "feed.subtitle") | {
        "publisher": _publisher(base),
        "distribution": [
            _distribution(address, ATOM, "ATOM", title={tag: in_words("feed.title", tag)})
            | {"language": _language(tag)}
            for tag, address in addresses.items()
        ],
    }


def _log(base: str) -> Node:
    return _dataset(f"{base}/catalogue#log", "log.title", "log.about") | {
        "publisher": _publisher(base),
        "distribution": [
            _distribution(f"{base}/feeds/log.atom", ATOM, "ATOM", title=_both("log.title")),
            _distribution(
                f"{base}/log/leaves", "application/json", "JSON", title=_both("log.title")
            ),
        ],
    }


def _decision(base: str, record: PublicRecord) -> Node:
    said = record.content
    named = said["subject"]["document"]["titles"]
    title = {tag: f"{said['identifier']}: {words}" for tag, words in named.items()}
    about = {
        tag: " ".join([said["outcome"]["sentence"].get(tag, ""), words]).strip()
        for tag, words in _both("decision.about").items()
    }
    return _published(base, record, record.record_id.urn, title, about) | {
        "identifier": said["identifier"],
        "modified": moment(record.updated_at),
    }


def _texts(base: str, records: Iterable[PublicRecord]) -> list[Node]:
    """The texts that were decided on, each once."""
    found: dict[str, Node] = {}
    for record in records:
        subject = record.content["subject"]
        text, titles = subject["text"], subject["document"]["titles"]
        if text["set"] in found:
            continue
        kind, version = WORDS["text"], WORDS["version"]
        title = {
            tag: f"{kind.within(tag)}: {words} ({version.within(tag)} {text['number']})"
            for tag, words in titles.items()
        }
        node = _published(base, record, f"urn:uuid:{text['set']}", title, _both("text.about"))
        found[text["set"]] = node | {"identifier": f"sha256:{text['hash']}"}
    return list(found.values())


def _published(base: str, record: PublicRecord, identifier: str, title: Node, about: Node) -> Node:
    """A data set that is in a record's package, by the lab that made it public."""
    said = record.content
    package = package_address(base, record.record_id)
    file = _distribution(package, ZIP, "ZIP", title=WORDS["package"].as_map())
    tags = [each["language"] for each in said["languages"] if each["language"] in LANGUAGES]
    node: Node = {
        "@id": identifier,
        "@type": "dcat:Dataset",
        "title": title,
        "description": about,
        "publisher": {"@type": "foaf:Agent", "names": said["lab"]["names"]},
        "issued": moment(record.published_at),
        "language": [_language(tag) for tag in tags],
        "accessRights": PUBLIC,
        "theme": THEMES,
        "distribution": [file | {"downloadURL": package}],
    }
    if said["illustrative"]:
        fictional = Said("fictional", "fictif")
        node |= {"keyword": fictional.as_map()}
    return node


def _dataset(identifier: str, title: str, about: str) -> Node:
    return {
        "@id": identifier,
        "@type": "dcat:Dataset",
        "title": _both(title),
        "description": _both(about),
        "accessRights": PUBLIC,
        "theme": THEMES,
    }


def _distribution(address: str, media_type: str, kind: str, *, title: Mapping[str, str]) -> Node:
    return {
        "@type": "dcat:Distribution",
        "title": dict(title),
        "accessURL": address,
        "mediaType": MEDIA_TYPES + media_type,
        "format": {"@id": f"{AUTHORITY}file-type/{kind}"},
    }


def _publisher(base: str) -> Node:
    return {"@id": f"{base}/#publisher", "@type": "foaf:Agent", "name": "Policy Lab"}


def _language(tag: str) -> Node:
    return {"@id": f"{AUTHORITY}language/{LANGUAGES[tag]}"}


def _both(key: str) -> dict[str, str]:
    return WORDS[key].as_map()
