"""Coverage: what links and answers come to, as the text stands and as it was frozen."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from policylab import documents, index, strategies
from policylab.documents import DocumentKind
from policylab.index import ResponseAnswer
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.reading import fetch_of
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.strategies import CoverageState, TraceKind, TraceState
from tests import make
from tests.api.asking import ask
from tests.documents.writing import (
    ENGLISH,
    FRENCH,
    Desk,
    clause,
    desk,
    doc,
    freeze,
    key_of,
    open_again,
    rows,
    write,
)

ADVICE = ("1", "2", "3", "4")
RESULT = {
    "results": [
        {
            "territory": {"name": "Marrow Bay", "country": "XA"},
            "edition": "index-3",
            "answeredOn": "2025-03",
            "illustrative": True,
            "scores": [],
            "recommendations": [
                *({"number": number, "text": {"en": f"Do {number}."}} for number in ADVICE),
                {"number": "5", "text": {"en": "Well done."}, "kind": "STRENGTH"},
            ],
        }
    ]
}
_RESULT = """
SELECT a.id FROM assessment a JOIN territory t ON t.id = a.territory_id
 WHERE t.names ->> 'en' = 'Marrow Bay'
"""
COVERAGE = """
query($id: ID!, $set: ID) { dialogue(id: $id) { coverage(setId: $set) {
  answered partly open declined referred
  rows { state recommendation { number } response { answer }
         links { kind state number heading sectionId } decisions { id } } } } }
"""


@dataclass
class Evidence:
    """A text being written in answer to a result."""

    here: Desk
    numbers: dict[str, UUID]

    async def link(
        self, database: Database, said: str, number: str, kind: TraceKind = TraceKind.ADDRESSES
    ) -> None:
        writer = self.here.writer
        async with database.write(writer) as uow:
            await strategies.link_recommendation(
                uow,
                writer,
                document_id=self.here.document_id,
                section_id=UUID(key_of(said)),
                recommendation_id=self.numbers[number],
                kind=kind,
            )

    async def answer(self, database: Database, number: str, answer: ResponseAnswer) -> None:
        async with database.write(SYSTEM) as uow:
            await index.record_response(
                uow,
                lab_id=self.here.table.lab_id,
                dialogue_id=self.here.table.dialogue_id,
                recommendation_id=self.numbers[number],
                answer=answer,
                reasons="There is no money.",
                level=None,
                decided_on=uow.now.date(),
                capacity_id=None,
            )

    async def seen(self, database: Database, set_id: UUID | None = None) -> Any:
        """The coverage as a client sees it."""
        dialogue = to_global("Dialogue", self.here.table.dialogue_id)
        frozen = to_global("VersionSet", set_id) if set_id else None
        answer = await ask(database, self.here.writer, COVERAGE, id=dialogue, set=frozen)
        return answer["dialogue"]["coverage"]

    async def states(self, database: Database, set_id: UUID | None = None) -> list[str]:
        """How far each recommendation is answered."""
        return [row["state"] for row in (await self.seen(database, set_id))["rows"]]


async def evidence(database: Database, texts: dict[str, Any] | None = None) -> Evidence:
    """A desk whose dialogue works on a result with four recommendations and a strength."""
    here = await desk(database, texts, template="multilevel-policy-lab")
    administrator = await make.person(database, administrator=True)
    data = json.dumps(RESULT).encode()
    await index.load_reference(database)
    async with database.write(administrator) as uow:
        await index.import_file(uow, administrator, name="result.json", data=data)
    [(result,)] = await rows(database, _RESULT)
    async with database.write(SYSTEM) as uow:
        await index.attach(
            uow,
            lab_id=here.table.lab_id,
            dialogue_id=here.table.dialogue_id,
            assessment_id=result,
            capacity_id=None,
        )
    async with database.read(SYSTEM) as session:
        known = await index.recommendations_of(session, here.table.dialogue_id)
    return Evidence(here, {row.number: row.id for row in known.values()})


async def settle(database: Database, draft_id: UUID) -> None:
    """Bring the sections of a draft up to date."""
    async with database.write(SYSTEM) as uow:
        await documents.project(uow, await documents.draft_of(uow.session, SYSTEM, draft_id))


async def test_coverage_says_for_each_recommendation_how_far_it_is_answered(
    database: Database,
) -> None:
    made = await evidence(database)
    await made.link(database, "learn", "1")
    await made.link(database, "pay", "1", TraceKind.CONTRADICTS)
    await made.link(database, "pay", "2", TraceKind.PARTLY)
    await made.answer(database, "3", ResponseAnswer.DECLINED)
    seen = await made.seen(database)
    counts = {name: number for name, number in seen.items() if name != "rows"}
    assert counts == {"answered": 1, "partly": 1, "open": 1, "declined": 1, "referred": 0}
    first, _, third, _ = seen["rows"]
    link = {"state": "CONFIRMED", "heading": "Aims"}
    assert first["links"] == [
        link | {"kind": "ADDRESSES", "number": "1.1", "sectionId": key_of("learn")},
        link | {"kind": "CONTRADICTS", "number": "1.2", "sectionId": key_of("pay")},
    ]
    assert (third["response"], third["links"]) == ({"answer": "DECLINED"}, [])
    assert [row["recommendation"]["number"] for row in seen["rows"]] == [*ADVICE]
    assert [row["decisions"] for row in seen["rows"]] == [[], [], [], []]


async def test_a_clause_that_has_changed_or_gone_waits_to_be_confirmed(database: Database) -> None:
    made = await evidence(database, {"en": ENGLISH, "fr": FRENCH})
    await made.link(database, "learn", "1")
    await made.link(database, "pay", "2")
    assert await made.states(database) == ["ANSWERED", "ANSWERED", "OPEN", "OPEN"]
    aims, _, _ = FRENCH["content"]
    await write(database, made.here, doc(aims, clause("Chacun apprend.", "learn")), "fr")
    await settle(database, made.here.drafts["fr"])
    await write(database, made.here, doc(*ENGLISH["content"][:2]))
    await settle(database, made.here.drafts["en"])
    seen = await made.seen(database)
    first, second = (row["links"][0] for row in seen["rows"][:2])
    assert (first["state"], first["number"]) == ("TO_BE_CONFIRMED", "1.1")
    assert (second["state"], second["number"], second["heading"]) == ("TO_BE_CONFIRMED", None, None)
    assert (seen["answered"], seen["partly"]) == (0, 2)


async def test_a_frozen_text_is_judged_by_its_own_clauses(database: Database) -> None:
    made = await evidence(database)
    await made.link(database, "learn", "1")
    await made.link(database, "pay", "2")
    set_id = await freeze(database, made.here)
    assert (await made.states(database))[0] == "ANSWERED"  # now it is the latest version
    await open_again(database, made.here)
    aims, _, pay = ENGLISH["content"]
    await write(database, made.here, doc(aims, clause("Few learn.", "learn"), pay))
    await settle(database, made.here.drafts["en"])
    assert await made.states(database) == ["PARTLY", "ANSWERED", "OPEN", "OPEN"]
    frozen = await made.states(database, set_id)
    assert frozen == ["ANSWERED", "ANSWERED", "OPEN", "OPEN"]


async def test_links_of_another_text_are_left_out_of_a_frozen_one(database: Database) -> None:
    made = await evidence(database)
    await made.link(database, "learn", "1")
    writer, dialogue_id = made.here.writer, made.here.table.dialogue_id
    async with database.write(writer) as uow:
        other = await documents.create_document(
            uow,
            writer,
            dialogue_id=dialogue_id,
            kind=DocumentKind.STRATEGY,
            titles={"en": "Another text"},
        )
    part = "SELECT id FROM language_version WHERE document_id = :id"
    [(key,)] = await rows(database, part, id=other.id)
    async with database.write(writer) as uow:
        await documents.open_draft(uow, writer, language_version_id=key, content=ENGLISH)
    set_id = await freeze(database, Desk(made.here.table, other.id))
    assert (await made.states(database, set_id))[0] == "OPEN"
    assert (await made.states(database))[0] == "ANSWERED"


async def test_a_session_reads_the_same_as_a_connection(database: Database) -> None:
    made = await evidence(database)
    await made.link(database, "learn", "1")
    dialogue_id, writer = made.here.table.dialogue_id, made.here.writer
    async with database.read(writer) as session, database.rows(writer) as connection:
        one = await strategies.coverage_of(fetch_of(session), dialogue_id)
        other = await strategies.coverage_of(connection.fetch, dialogue_id)
    assert list(map(_told, one)) == list(map(_told, other))
    assert one[0].state is CoverageState.ANSWERED
    assert one[0].traces[0].state is TraceState.CONFIRMED


def _told(row: strategies.Row) -> tuple[object, ...]:
    """A row, whichever way its parts were read."""
    traces = [each._replace(link=dict(each.link)) for each in row.traces]
    return dict(row.advice), dict(row.response or {}), traces, row.state


async def test_an_outsider_reads_nothing_of_a_coverage(database: Database) -> None:
    made = await evidence(database)
    await made.link(database, "learn", "1")
    await made.answer(database, "3", ResponseAnswer.DECLINED)
    outsider: Viewer = made.here.table.outsider
    async with database.rows(outsider) as connection:
        dialogue_id = made.here.table.dialogue_id
        assert await strategies.coverage_of(connection.fetch, dialogue_id) == []
        place = {"document_id": made.here.document_id, "section_id": UUID(key_of("learn"))}
        assert await strategies.clauses_now(connection.fetch, [place]) == {}
