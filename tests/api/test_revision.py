"""Tags of answers: never stale, never another person's, over at the next moment."""

import asyncio
import re
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Date, DateTime, text

from policylab import identity, labs, published
from policylab.api.context import Context
from policylab.api.execution import Executor, Request
from policylab.api.moments import MOMENTS, STAMPS
from policylab.api.revision import LONGEST_LIFE, REVISIONS, Standing, Tags, standing
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.revisions import UNREVISED
from policylab.kit.sources import Source
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make

EXECUTOR = Executor(free_documents=True)
TAGS = Tags()
KNOWN = published.persisted_operations()


def fingerprint(name: str) -> str:
    return next(key for key, body in KNOWN.items() if re.search(rf"\bquery {name}\b", body))


class Page:
    """One screen as one person's browser knows it: the last answer and its tag."""

    def __init__(self, database: Database, viewer: Viewer, name: str, **variables: Any) -> None:
        self.context = Context(database, viewer)
        self.request = Request(fingerprint=fingerprint(name), variables=variables)
        assert TAGS.may_tag(self.request, EXECUTOR.document(self.request, self.context))

    async def read(self) -> tuple[str, Any]:
        """What the transport does for a full answer."""
        question = TAGS.question(self.request, self.context, "json")
        seen = await standing(self.context.database, self.context.viewer)
        answer = await EXECUTOR.run(self.request, self.context)
        assert "errors" not in answer
        self.context.forget()
        return TAGS.tag(question, seen), answer["data"]

    async def holds(self, tag: str, later: timedelta = timedelta()) -> bool:
        question = TAGS.question(self.request, self.context, "json")
        seen = await standing(self.context.database, self.context.viewer)
        seen = replace(seen, at=seen.at + later)
        return await TAGS.holding(f'"other", {tag}', question, self.context, seen) is not None


def test_every_moment_is_named() -> None:
    """A new column of a time says whether it may lie ahead."""
    for name, source in Source.registry.items():
        if name in UNREVISED:
            continue
        for column in source.table.__table__.columns:  # pyright: ignore[reportAttributeAccessIssue]
            if isinstance(column.type, DateTime) and not isinstance(column.type, Date):
                known = column.name in STAMPS or column.name in MOMENTS.get(name, ())
                assert known, f"{name}.{column.name}: name it in api/moments.py"


@pytest.fixture
async def table(database: Database, monkeypatch: pytest.MonkeyPatch) -> make.Table:
    monkeypatch.setattr(TAGS, "_quiet", OrderedDict())  # `make` puts the very same rows back
    return await make.table(database)


def page(database: Database, table: make.Table, viewer: Viewer | None = None) -> Page:
    """The dialogue's screen, as the head of a delegation sees it."""
    known = to_global("Dialogue", table.dialogue_id)
    return Page(database, viewer or table.head(), "Dialogue", id=known)


async def change(database: Database, statement: str, **values: Any) -> None:
    async with database.write(SYSTEM) as uow:
        await (await uow.session.connection()).execute(text(statement), values)


QUESTION = """UPDATE dialogue SET questions = '{"en": "Who pays?"}' WHERE id = :dialogue"""

BOTH = (
    f"WITH s AS ({REVISIONS}) "  # noqa: S608
    "SELECT s.key, s.at, d.questions ->> 'en' AS question FROM s, dialogue d WHERE d.id = $2"
)


async def test_an_unchanged_screen_keeps_its_tag(database: Database, table: make.Table) -> None:
    screen = page(database, table)
    tag, _ = await screen.read()
    assert await screen.holds(tag)


async def test_a_change_ends_the_tag(database: Database, table: make.Table) -> None:
    screen = page(database, table)
    tag, _ = await screen.read()
    await change(database, QUESTION, dialogue=table.dialogue_id)
    assert not await screen.holds(tag)
    assert await screen.holds((await screen.read())[0])


async def test_a_change_between_the_revision_and_the_rows_ends_the_tag(
    database: Database, table: make.Table
) -> None:
    screen = page(database, table)
    question = TAGS.question(screen.request, screen.context, "json")
    seen = await standing(database, screen.context.viewer)
    await change(database, QUESTION, dialogue=table.dialogue_id)
    answer = await EXECUTOR.run(screen.request, screen.context)
    assert answer["data"]["dialogue"]["question"] == "Who pays?"
    tag = TAGS.tag(question, seen)
    assert not await screen.holds(tag)


async def test_a_change_that_is_under_way_while_the_rows_are_read_ends_the_tag(
    database: Database, table: make.Table
) -> None:
    screen = page(database, table)
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        await connection.execute(text(QUESTION), {"dialogue": table.dialogue_id})
        tag, data = await screen.read()
        assert data["dialogue"]["question"] != "Who pays?"
        assert await screen.holds(tag)
    assert not await screen.holds(tag)


async def test_of_many_writers_and_readers_at_once_no_reader_keeps_an_old_answer(
    database: Database, table: make.Table
) -> None:
    screens = [page(database, table, seat.head) for seat in table.seats.values()]
    done = False
    stale: list[str] = []

    async def write(number: int) -> None:
        for turn in range(12):
            words = f"{number}.{turn}"
            statement = "UPDATE dialogue SET questions = jsonb_build_object('en', :w::text) "
            statement = statement.replace(":w::text", "CAST(:w AS text)")
            await change(database, statement + "WHERE id = :d", w=words, d=table.dialogue_id)

    async def read(screen: Page) -> None:
        while not done:
            tag, data = await screen.read()
            shown = data["dialogue"]["question"]
            async with database.rows(SYSTEM) as rows:  # one snapshot: the row and its revision
                question = TAGS.question(screen.request, screen.context, "json")
                person = screen.context.viewer.person_id
                now = await rows.fetchrow(BOTH, person, table.dialogue_id)
            held = await TAGS.holding(
                tag, question, screen.context, Standing(now["key"], now["at"])
            )
            if held and now["question"] != shown:
                stale.append(shown)

    readers = [asyncio.create_task(read(screen)) for screen in screens]
    await asyncio.gather(*(write(number) for number in range(3)))
    done = True
    await asyncio.gather(*readers)
    assert stale == []


async def test_what_the_whole_house_shares_ends_every_tag(
    database: Database, table: make.Table
) -> None:
    screen = page(database, table)
    tag, _ = await screen.read()
    await make.organisation(database, "Another body")
    assert not await screen.holds(tag)


async def test_a_change_in_a_lab_she_is_not_in_leaves_her_tag(
    database: Database, table: make.Table
) -> None:
    other = await make.lab(database)
    screen = page(database, table)
    tag, _ = await screen.read()
    await change(database, "UPDATE lab SET languages = languages WHERE id = :lab", lab=other)
    assert await screen.holds(tag)


async def test_her_first_place_in_another_lab_ends_her_tag(
    database: Database, table: make.Table
) -> None:
    founder = await make.person(database, "Founder", administrator=True)
    other = await make.lab(database, founder)
    screen = page(database, table)
    tag, _ = await screen.read()
    person_id = table.head().person_id
    assert person_id is not None
    async with database.write(founder) as uow:
        await labs.grant_lab_role(
            uow,
            founder,
            lab_id=other,
            person_id=person_id,
            role=labs.LabRole.SECRETARIAT,
        )
    assert not await screen.holds(tag)


async def test_what_concerns_one_person_leaves_the_tags_of_others(
    database: Database, table: make.Table
) -> None:
    hers, his = page(database, table), page(database, table, table.moderator)
    her_tag, _ = await hers.read()
    his_tag, _ = await his.read()
    person_id = table.head().person_id
    assert person_id is not None
    async with database.write(SYSTEM) as uow:
        await identity.open_session(uow, person_id=person_id, life=timedelta(hours=1))
    assert not await hers.holds(her_tag)
    assert await his.holds(his_tag)


async def test_a_tag_is_nobody_elses(database: Database, table: make.Table) -> None:
    tag, _ = await page(database, table).read()
    for viewer in (table.moderator, table.delegate(), table.outsider, Viewer()):
        assert not await page(database, table, viewer).holds(tag)
    token = replace(table.head(), scopes=frozenset({"read"}))
    assert not await page(database, table, token).holds(tag)
    french = page(database, table)
    french.context.locale = "fr"
    assert not await french.holds(tag)
    other = Page(database, table.head(), "Dialogue", id=to_global("Dialogue", table.lab_id))
    assert not await other.holds(tag)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE delegate SET until = now() + interval '1.2 s' WHERE person_id = :person",
        "UPDATE delegation SET until = now() + interval '1.2 s' WHERE dialogue_id = :dialogue",
        "INSERT INTO dialogue_grant (id, person_id, lab_id, dialogue_id, role, capacity_id, since) "
        "SELECT gen_random_uuid(), :person, g.lab_id, g.dialogue_id, 'OBSERVER', g.capacity_id, "
        "now() + interval '1.2 s' FROM dialogue_grant g WHERE g.dialogue_id = :dialogue LIMIT 1",
        "UPDATE phase_run SET entered_at = now() - interval '3 days' + interval '1.2 s' "
        "WHERE dialogue_id = :dialogue AND left_at IS NULL",
        "INSERT INTO dialogue_fact (id, lab_id, dialogue_id, phase_run_id, kind, at, note, detail) "
        "SELECT gen_random_uuid(), lab_id, dialogue_id, id, 'PROCEDURE_OPENED', now(), '', "
        "jsonb_build_object('closes_at', now() + interval '1.2 s') FROM phase_run "
        "WHERE dialogue_id = :dialogue AND left_at IS NULL",
    ],
)
async def test_a_tag_ends_with_the_next_moment(
    database: Database, table: make.Table, statement: str
) -> None:
    values = {"person": table.head().person_id, "dialogue": table.dialogue_id}
    await change(database, statement, **{k: v for k, v in values.items() if f":{k}" in statement})
    screen = page(database, table)
    tag, _ = await screen.read()
    await asyncio.sleep(1.6)
    assert not await screen.holds(tag)
    assert await screen.holds((await screen.read())[0])


async def test_a_tag_holds_until_the_next_moment_and_a_quarter_of_an_hour_at_the_most(
    database: Database, table: make.Table
) -> None:
    screen = page(database, table)
    tag, _ = await screen.read()
    assert not await screen.holds(tag, later=LONGEST_LIFE)
    soon = "UPDATE delegate SET until = now() + interval '30 s' WHERE person_id = :person"
    await change(database, soon, person=table.head().person_id)
    tag, _ = await screen.read()
    assert await screen.holds(tag)
    assert not await screen.holds(tag, later=timedelta(seconds=31))


async def test_no_tag_is_made_of_what_keystrokes_change(database: Database) -> None:
    request = Request(fingerprint=fingerprint("DraftHistory"), variables={"id": "x", "first": 1})
    document = EXECUTOR.document(request, Context(database, Viewer()))
    assert not TAGS.may_tag(request, document)


async def test_a_tag_that_is_none_of_ours_is_passed_over(
    database: Database, table: make.Table
) -> None:
    screen = page(database, table)
    tag, _ = await screen.read()
    made = tag.strip('"').rpartition(".")[2]
    later = tag.replace(made, f"{int(made, 16) + 9:x}")
    question = TAGS.question(screen.request, screen.context, "json")
    seen = await standing(database, screen.context.viewer)
    ahead = TAGS.tag(question, replace(seen, at=seen.at + timedelta(minutes=1)))
    for claimed in ("", "*", "junk", '"."', '"x.zz"', '".fffffffffffffff"', later, ahead):
        assert not await screen.holds(claimed)
    assert await screen.holds(f"W/{tag}")
