"""Looking for words in everything that the viewer may read, and in nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry

from policylab.api.context import Context
from policylab.api.ddl import RECORD_WORDS
from policylab.api.declare import (
    Node,
    in_language,
    leads_to,
    plain,
    query,
    root,
    value,
)
from policylab.api.elsewhere import Dialogue
from policylab.api.origins import Seen
from policylab.api.paging import After, Before, Connection, First, Last, listed, walk
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import key_of, to_global

SHORTEST, LONGEST = 2, 200
MOST_HITS = 500
AROUND = 90
"""Characters of an excerpt on either side of what was found."""


async def load_hit_dialogues(context: Context, roots: Sequence[Any]) -> list[UUID | None]:
    """The dialogues that places belong to."""
    return [item.place["dialogue_id"] for item in roots]


async def load_hit_nodes(context: Context, roots: Sequence[Any]) -> list[Seen]:
    """What was found, or the texts that it stands in: all of it joined in by `_PLACES`."""
    return [Seen(item.place["node"], item.place["node_id"]) for item in roots]


@value
class SearchHit:
    """One place where the words were found."""

    place: strawberry.Private[Any]
    kind: str = plain("clause, comment, amendment, record, recommendation, document or dialogue.")
    title: str = plain("The heading, title or first words of what was found.")
    number: str | None = plain("The clause's number, or the recommendation's.")
    excerpt: str = plain("The words around what was found.")
    url: str = plain("The page that shows it.")
    dialogue: Dialogue | None = leads_to(
        "The dialogue it belongs to.", load_hit_dialogues, access="as what it leads to"
    )
    node: Node = leads_to(
        "What was found, or the text that it stands in.",
        load_hit_nodes,
        access="as what it leads to",
    )


_PAGES = {
    "drafts": "Draft",
    "texts": "VersionSet",
    "records": "DecisionRecord",
    "index": "Assessment",
    "documents": "Document",
    "dialogues": "Dialogue",
}


@dataclass(frozen=True, slots=True)
class _Hit:
    """What a hit's fields are read from: nothing is made of a place that nobody asks for."""

    stands_for: ClassVar = SearchHit
    place: Mapping[str, Any]
    asked: str
    locale: str

    @property
    def kind(self) -> str:
        return self.place["kind"]

    @property
    def title(self) -> str:
        heading = self.place["heading"]
        return heading or in_language(self.place["titles"], self.locale)[:LONGEST]

    @property
    def number(self) -> str | None:
        return self.place["number"] or None

    @property
    def excerpt(self) -> str:
        return excerpt(self.place["body"] or "", self.asked)

    @property
    def url(self) -> str:
        place = self.place
        anchor = f"#{place['section_id']}" if place["section_id"] else ""
        return f"/{place['page']}/{to_global(_PAGES[place['page']], place['page_id'])}{anchor}"


_COLUMNS = (
    "kind, dialogue_id, document_id, page, page_id, node, node_id, number, heading, titles, body, "
    "section_id, language, worth, place_id"
)
_PLACES = f"""
SELECT 'clause', s.dialogue_id, s.document_id, 'drafts', o.id, 'Draft', o.id,
       s.number, s.heading, NULL::jsonb, s.text, s.section_id, s.language, f.worth, f.place_id
  FROM found f JOIN draft_section s ON s.id = f.place_id
  JOIN draft o ON o.id = s.draft_id AND o.closed_at IS NULL
 WHERE f.place = 'draft_section'
UNION ALL
SELECT 'clause', s.dialogue_id, s.document_id, 'texts', v.version_set_id, 'Version', v.id,
       s.number, s.heading, NULL, s.text, s.section_id, s.language, f.worth, f.place_id
  FROM found f JOIN version_section s ON s.id = f.place_id JOIN version v ON v.id = s.version_id
 WHERE f.place = 'version_section'
UNION ALL
SELECT 'comment', c.dialogue_id, h.document_id, CASE WHEN h.draft_id IS NULL THEN 'texts'
       ELSE 'drafts' END, coalesce(h.draft_id, v.version_set_id), 'Thread', h.id,
       NULL, NULL, NULL, c.body, h.section_id, NULL, f.worth, f.place_id
  FROM found f JOIN comment c ON c.id = f.place_id JOIN thread h ON h.id = c.thread_id
  LEFT JOIN version v ON v.id = h.version_id
 WHERE f.place = 'comment'
UNION ALL
SELECT 'amendment', a.dialogue_id, a.document_id, 'texts', a.set_id, 'Amendment', a.id,
       NULL, NULL, NULL, concat_ws(E'\\n', a.proposed, a.reasons), a.section_id, a.language,
       f.worth, f.place_id
  FROM found f JOIN amendment a ON a.id = f.place_id
 WHERE f.place = 'amendment'
UNION ALL
SELECT 'record', r.dialogue_id, NULL, 'records', r.id, 'DecisionRecord', r.id,
       NULL, r.identifier, NULL, {RECORD_WORDS}, NULL, NULL, f.worth, f.place_id
  FROM found f JOIN decision_record r ON r.id = f.place_id JOIN document d ON d.id = r.document_id
 WHERE f.place = 'decision_record'
UNION ALL
SELECT 'recommendation', NULL, NULL, 'index', n.assessment_id, 'Recommendation', n.id,
       n.number, NULL, n.texts, policylab_words(n.texts), NULL, NULL, f.worth, f.place_id
  FROM found f JOIN recommendation n ON n.id = f.place_id
 WHERE f.place = 'recommendation'
UNION ALL
SELECT 'document', d.dialogue_id, NULL, 'documents', d.id, 'Document', d.id,
       NULL, NULL, d.titles, policylab_words(d.titles), NULL, NULL, f.worth, f.place_id
  FROM found f JOIN document d ON d.id = f.place_id
 WHERE f.place = 'document'
UNION ALL
SELECT 'dialogue', g.id, NULL, 'dialogues', g.id, 'Dialogue', g.id,
       NULL, NULL, g.questions, policylab_words(g.questions, g.scopes), NULL, NULL,
       f.worth, f.place_id
  FROM found f JOIN dialogue g ON g.id = f.place_id
 WHERE f.place = 'dialogue'
"""  # noqa: S608 our names
_SEARCH = f"""
WITH found AS MATERIALIZED (SELECT * FROM policylab_found($1, $2)),
     place ({_COLUMNS}) AS ({_PLACES})
SELECT p.kind, p.dialogue_id, p.page, p.page_id, p.node, p.node_id, p.number, p.heading,
       coalesce(p.titles, d.titles) AS titles, p.body, p.section_id, p.language
  FROM place p LEFT JOIN document d ON d.id = p.document_id
 WHERE p.document_id IS NULL OR d.id IS NOT NULL
 ORDER BY p.worth DESC, p.page = 'texts', p.node_id DESC, p.place_id
 LIMIT {MOST_HITS}
"""  # noqa: S608 our names
"""What `policylab_found` names, under the viewer's own rights, with what is shown of it."""


async def find(
    context: Context,
    text: Annotated[
        str, strawberry.argument(description="Words, parts of words, or the number of a clause.")
    ],
    lab_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only in this lab.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[SearchHit]:
    """The best places first. Accents, capitals and small slips of the pen do not matter."""
    page = walk(first, after, last, before)
    asked = " ".join(unicodedata.normalize("NFC", text).replace("\0", " ").split())
    if len(asked) > LONGEST:
        message = f"Look for at most {LONGEST} characters."
        raise Refused(RefusalCode.TOO_LARGE, message, field="text")
    lab = key_of(lab_id, "Lab") if lab_id else None
    places = await _places(context, asked, lab) if _is_enough(asked) else []
    hits = [_Hit(place, asked, context.locale) for place in places]
    return listed(hits, page)


def _is_enough(asked: str) -> bool:
    """A word, or the number of a clause: "1" alone is one."""
    return len(asked) >= SHORTEST or asked.isdigit()


async def _places(context: Context, asked: str, lab: UUID | None) -> list[Any]:
    if not context.viewer.signed_in:
        return []
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(_SEARCH, asked, lab)
    return list(_distinct(rows))


def _distinct(rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """A wording of a clause once, however many versions have it."""
    seen: set[Any] = set()
    for row in rows:
        key = row["node_id"]
        if row["kind"] == "clause":
            key = (row["section_id"], row["language"], row["body"])
        if key not in seen:
            seen.add(key)
            yield row


def excerpt(body: str, asked: str) -> str:
    """The words around the first place where what was asked for stands; else the beginning."""
    said = " ".join(body.split())
    folded, places = _folded(said)
    wanted = _folded(asked)[0]
    at = folded.find(wanted)
    if at < 0:
        found = (re.search(rf"\b{re.escape(word)}", folded) for word in wanted.split())
        at = min((match.start() for match in found if match), default=0)
    middle = places[at] if at < len(places) else 0
    start, end = max(0, middle - AROUND), min(len(said), middle + len(asked) + AROUND)
    start = 0 if start == 0 else said.find(" ", start, middle) + 1 or start
    end = len(said) if end == len(said) else max(said.rfind(" ", middle, end), middle + len(asked))
    return ("…" if start else "") + said[start:end] + ("…" if end < len(said) else "")


def _folded(words: str) -> tuple[str, Sequence[int]]:
    """Without accents and capitals; and for each letter where it stood."""
    if words.isascii():
        return words.lower(), range(len(words))
    parts = [_letters(letter) for letter in words]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


@lru_cache(maxsize=5_000)
def _letters(letter: str) -> str:
    """What one letter is without accents and capitals; an accent alone is nothing."""
    plain = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(part for part in plain if not unicodedata.combining(part))


@query
class SearchQuery:
    search: Connection[SearchHit] = root(
        "Places in texts, remarks, amendments, decisions and recommendations where words stand. "
        "What the viewer may not read is not looked at.",
        find,
        access="each place as what it stands in",
    )
