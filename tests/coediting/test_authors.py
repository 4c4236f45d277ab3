"""Who wrote each letter, who took it out, and when: told from bytes, tried on letters used once."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc

from policylab import coediting
from policylab.coediting import milestones, spells
from policylab.coediting.blame import blame
from policylab.coediting.carrying import Origins
from policylab.coediting.letters import Letters
from policylab.coediting.removals import taken_out
from policylab.coediting.spells import Line, Spell, counted, gathered
from policylab.coediting.writing import write_text
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.coediting.lives import (
    ANNA,
    BEN,
    CARA,
    CLIENTS,
    NOBODY,
    Life,
    keep,
    letters,
    live_through,
)
from tests.coediting.test_carrying import moving, run_of, text

PEOPLE = [NOBODY, ANNA, BEN, CARA]
AUTHORS = {client: PEOPLE.index(owner) for client, owner in CLIENTS.items()}
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def lived(seed: int, steps: int = 80) -> Life:
    life = Life(random.Random(seed))
    for _ in range(steps):
        life.step()
    return life


@pytest.mark.lengthy
@pytest.mark.parametrize("seed", range(60))
def test_every_letter_is_whose_it_is(seed: int) -> None:
    life = lived(seed)
    whole = life.whole_at(life.seq)
    found = blame(whole, AUTHORS, Origins([]))
    for each in found.stretches:
        for letter in each.words.replace("\n", ""):
            assert PEOPLE[each.author] == life.wrote.get(letter, NOBODY)
    counts = Counter(
        PEOPLE.index(life.wrote.get(each, NOBODY)) for each in life.letters_at(life.seq)
    )
    assert sum(found.counts.values(), Counter[int]()) == counts


@pytest.mark.lengthy
@pytest.mark.parametrize("seed", range(40))
def test_what_each_change_takes_and_brings_is_known_by_letter(seed: int) -> None:
    life = lived(seed)
    half = life.seq // 2
    base, rows = [life.whole_at(half)], life.updates(life.seq)[half:]
    counts = counted(base, rows, [])
    taken: dict[int, Counter[str]] = {}
    for each in taken_out(base, rows, []):
        taken.setdefault(each.row, Counter()).update(each.words)
        assert all(life.wrote.get(letter, NOBODY) == _owner(each.client) for letter in each.words)
    for number in range(len(rows)):
        before = Counter(life.letters_at(half + number))
        after = Counter(life.letters_at(half + number + 1))
        gone, new = before - after, after - before
        assert taken.get(number, Counter()) == gone
        assert counts[number] == (new.total(), gone.total())


def _owner(client: int) -> Any:
    return CLIENTS.get(client, NOBODY)


def test_letters_of_two_units_count_once() -> None:
    life = lived(3, steps=0)
    count = Letters().add(life.log[0][1], Origins([]))
    assert count == (len(letters(life.content)), 0)


async def test_who_wrote_what_is_known_at_every_moment_and_survives_compaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milestones, "MOST", 3)
    life = Life(random.Random(8))
    draft_id = await live_through(database, life, steps=60)
    for seq in range(2, life.seq, 2):
        await keep(database, draft_id, life, seq)
    async with database.read(SYSTEM) as session:
        for position in (1, life.seq // 3, life.seq // 2, life.seq):
            found = await coediting.authorship_at(session, draft_id, position)
            assert found.seq == position
            for each in found.stretches:
                for letter in each.words.replace("\n", ""):
                    wanted = life.wrote.get(letter, NOBODY)
                    assert (each.person_id, each.capacity_id) == wanted
            expected = Counter(life.wrote.get(each, NOBODY) for each in life.letters_at(position))
            assert sum(found.counts.values(), Counter[Any]()) == expected
        shares = await coediting.written_by(session, draft_id)
        now = sum(found.counts.values(), Counter[Any]())
        assert {(s.person_id, s.capacity_id) for s in shares if s.characters} == set(now)
        assert sum(share.characters for share in shares) == now.total()


async def test_between_the_ends_of_an_anchor_only_its_words_count(database: Database) -> None:
    life = Life(random.Random(9))
    draft_id = await live_through(database, life, steps=25)
    async with database.read(SYSTEM) as session:
        whole = await coediting.authorship_at(session, draft_id)
        longest = max(whole.stretches, key=lambda each: len(each.words.partition("\n")[0]))
        quotation = longest.words.partition("\n")[0]
        anchor = await coediting.make_anchor(
            session, draft_id, section_id=longest.section_id, quotation=quotation
        )
        found = await coediting.authorship_at(session, draft_id, within=anchor)
    (only,) = found.stretches
    assert (only.words, only.person_id) == (quotation, longest.person_id)
    assert found.counts == {
        longest.section_id: {(longest.person_id, longest.capacity_id): len(quotation)}
    }


async def test_who_took_words_out_is_told_with_whose_they_were(database: Database) -> None:
    life = Life(random.Random(10))
    draft_id = await live_through(database, life, steps=70)
    async with database.read(SYSTEM) as session:
        found = await coediting.removed_by(session, draft_id, after=1, until=life.seq)
        assert await coediting.removed_by(session, draft_id, after=life.seq, until=life.seq) == []
    assert found
    for each in found:
        owner, _ = life.log[each.seq - 1]
        assert (each.person_id, each.capacity_id) == owner
        for letter in each.words:
            assert letter not in life.letters_at(each.seq) or letter not in life.wrote
            assert each.author == life.wrote.get(letter, NOBODY)
    assert [each.seq for each in found] == sorted(each.seq for each in found)


async def test_only_so_many_rows_are_looked_through_at_once(database: Database) -> None:
    life = Life(random.Random(11))
    draft_id = await live_through(database, life, steps=3)
    async with database.read(SYSTEM) as session:
        for after, until in ((0, 6_000), (3, 1), (0, 99)):
            with pytest.raises(Refused) as refused:
                await coediting.removed_by(session, draft_id, after=after, until=until)
            assert refused.value.code == RefusalCode.INVALID_INPUT


# ── spells ──


def lines(*rows: tuple[UUID | None, float]) -> list[Line]:
    """Lines of these capacities, so many minutes after noon."""
    return [
        Line(seq, capacity, NOON + timedelta(minutes=minutes), 2, 1)
        for seq, (capacity, minutes) in enumerate(rows, 1)
    ]


def test_who_pauses_begins_anew_and_others_do_not_interrupt() -> None:
    one, two = uuid7(), uuid7()
    log = lines((one, 0), (two, 1), (one, 4), (None, 5), (one, 9.5), (two, 3))
    found = gathered([], log)
    spans = [(each.capacity_id, each.first_seq, each.last_seq, each.changes) for each in found]
    assert spans == [(one, 1, 3, 2), (two, 2, 6, 2), (None, 4, 4, 1), (one, 5, 5, 1)]
    assert (found[0].added, found[0].removed) == (4, 2)
    assert found[0].ended_at - found[0].started_at == timedelta(minutes=4)


def test_nobody_writes_for_longer_than_half_an_hour_in_one_spell() -> None:
    one = uuid7()
    found = gathered([], lines(*((one, minute) for minute in range(70))))
    assert all(each.ended_at - each.started_at <= spells.LONGEST for each in found)
    assert sum(each.changes for each in found) == 70
    assert len(found) == 3


@pytest.mark.parametrize("seed", range(20))
def test_it_does_not_matter_in_which_pieces_a_log_is_read(seed: int) -> None:
    dice = random.Random(seed)
    people = [None, uuid7(), uuid7()]
    minutes = 0.0
    log: list[tuple[UUID | None, float]] = []
    for _ in range(80):
        minutes += dice.choice([0.1, 1, 4, 9])
        log.append((dice.choice(people), minutes))
    whole = {each.first_seq: each for each in gathered([], lines(*log))}
    kept: dict[int, Spell] = {}
    at = 0
    while at < len(log):
        stop = at + dice.randrange(1, 12)
        latest: dict[UUID | None, Spell] = {}
        for spell in sorted(kept.values(), key=lambda each: each.last_seq):
            latest[spell.capacity_id] = spell
        kept |= {each.first_seq: each for each in gathered(latest.values(), lines(*log)[at:stop])}
        at = stop
    assert kept == whole


async def test_spells_are_kept_once_however_many_ask(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spells, "ROWS_AT_ONCE", 7)
    life = Life(random.Random(12))
    draft_id = await live_through(database, life, steps=40)
    await asyncio.gather(*(coediting.keep_up(database, draft_id) for _ in range(4)))
    await live_through(database, life, steps=20, draft_id=draft_id)
    await asyncio.gather(*(coediting.keep_up(database, draft_id) for _ in range(4)))
    async with database.rows(SYSTEM) as connection:
        kept = await connection.fetch("SELECT * FROM draft_spell ORDER BY first_seq")
    assert sum(row["changes"] for row in kept) == life.seq == max(row["last_seq"] for row in kept)
    assert {row["capacity_id"] for row in kept} == {owner[1] for owner, _ in life.log}
    gains = sum(row["added"] - row["removed"] for row in kept)
    assert gains == len(life.letters_at(life.seq))


async def test_what_is_moved_neither_comes_nor_goes(database: Database) -> None:
    """A paragraph that is split by writing its second half anew, as editors do."""
    _, whole = write_text(text("Courses within months", "!"), client_id=3)
    said: list[bytes] = []

    def split(doc: Any) -> None:
        run, other = run_of(doc), run_of(doc, 1)
        del run[7:14]
        other.insert(0, " within")

    carried = moving(whole, split)
    doc: Doc[Any] = Doc(client_id=99)
    doc.apply_update(whole)
    doc.observe(lambda event: said.append(event.update))
    with doc.transaction():
        split(doc)
    assert carried
    assert counted([whole], said, carried) == [(0, 0)]
    assert counted([whole], said, []) == [(7, 7)]
    assert taken_out([whole], said, carried) == []
    (taken,) = taken_out([whole], said, [])
    assert (taken.words, taken.client) == (" within", 3)
