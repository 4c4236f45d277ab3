"""A1: whatever an outsider asks for, none of the words of a dialogue comes back; A2: nor a hint."""

from html import unescape

import pytest

from policylab import decisions, identity
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from policylab.settings import Settings
from tests.promises import walking
from tests.promises.conftest import full
from tests.promises.walking import Walker
from tests.transport.feeding import Asking


async def stranger(database: Database) -> Viewer:
    """Somebody who is signed in and has standing nowhere."""
    async with database.write(SYSTEM) as uow:
        person = await identity.create_person(uow, SYSTEM, display_name="A stranger")
    return Viewer(person_id=person.id)


async def members(database: Database) -> list[Viewer]:
    people = await identity.list_people(database, illustrative_only=True)
    return [Viewer(person_id=each.id) for each in people if not each.administrator]


async def everything(walker: Walker, ids: dict[str, list[str]]) -> bytes:
    """All that one viewer gets: every root field, and every node by its identifier."""
    answers = [answer async for _, answer in walker.roots(ids)]
    for kind, known in ids.items():
        answers += [await walker.node(kind, identifier) for identifier in known]
    return walking.as_bytes(answers)


def found_in(text: bytes, words: set[str]) -> list[str]:
    """Which of these sentences are in the answers, escapes and all."""
    return [each for each in words if walking.as_json(each) in text]


@pytest.mark.parametrize("who", ["nobody", "a stranger"])
async def test_an_outsider_gets_nothing(arvenia: Database, who: str) -> None:
    ids = await walking.identifiers(arvenia)  # before she comes: she may see herself
    viewer = ANONYMOUS if who == "nobody" else await stranger(arvenia)
    public = await walking.words_of(arvenia, guarded=False) | walking.words_of_workflows()
    words = await walking.words_of(arvenia, guarded=True)
    canaries = {each for each in words if not any(each in said for said in public)}
    assert len(canaries) > 100
    walker = Walker(arvenia, viewer)
    guarded = {kind: known for kind, known in ids.items() if walking.is_guarded(kind)}
    for kind, known in guarded.items():
        for identifier in known:
            answer = await walker.node(kind, identifier)
            assert answer.get("data") == {"node": None}, (kind, answer)
    text = await everything(walker, ids)
    assert found_in(text, canaries) == []
    hidden = {identifier for known in guarded.values() for identifier in known}
    assert [each for each in hidden if each.encode() in text] == []


async def fetched(asking: Asking, viewer: Viewer, ids: dict[str, list[str]]) -> bytes:
    """Whatever one viewer gets from feeds, calendars, the catalogue, downloads and the log."""
    signed_in = await asking.bearer(viewer) if viewer.signed_in else {}
    answers = [await asking.get(path, **signed_in) for path in walking.addresses(ids)]
    if viewer.signed_in:
        secret = await asking.token(viewer, TokenScope.CALENDAR)
        answers.append(await asking.get(f"/calendar/{secret}.ics"))
    assert all(answer.status_code < 500 for answer in answers)
    return b"\n".join(answer.content for answer in answers)


def written_in(data: bytes, words: set[str]) -> list[str]:
    """Which of these sentences are in files: plain, as JSON, XML or folded calendar lines."""
    text = data.replace(b"\r\n ", b"").decode("utf-8", "replace")
    said = unescape(text).replace("\\,", ",").replace("\\;", ";")
    return [each for each in words if each in said or walking.as_json(each).decode() in text]


@pytest.mark.parametrize("who", ["nobody", "a stranger"])
async def test_an_outsider_fetches_nothing_but_what_was_made_public(
    arvenia: Database, furnished: tuple[str, Settings], who: str
) -> None:
    ids = await walking.identifiers(arvenia)
    viewer = ANONYMOUS if who == "nobody" else await stranger(arvenia)
    async with arvenia.read(ANONYMOUS) as session:
        published = (await decisions.published_records(session, most=1_000)).records
    public = await walking.words_of(arvenia, guarded=False) | walking.words_of_workflows()
    public |= {words for record in published for words in walking.sentences(record.content)}
    words = await walking.words_of(arvenia, guarded=True)
    canaries = {each for each in words if not any(each in said for said in public)}
    assert len(canaries) > 100
    data = await fetched(Asking.at(arvenia, furnished[1].data_folder), viewer, ids)
    assert written_in(data, canaries) == []
    shown = {to_global("DecisionRecord", record.record_id) for record in published}
    shown |= {to_global("Dialogue", record.dialogue_id) for record in published}
    guarded = {each for kind, known in ids.items() if walking.is_guarded(kind) for each in known}
    assert [each for each in guarded - shown if each.encode() in data] == []


async def test_members_fetch_their_meetings_and_deadlines(
    arvenia: Database, furnished: tuple[str, Settings]
) -> None:
    ids = await walking.identifiers(arvenia)
    asking = Asking.at(arvenia, furnished[1].data_folder)
    calendars = {kind: ids[kind] if kind == "Meeting" else [] for kind in ids}
    found = b"\n".join([await fetched(asking, each, calendars) for each in await members(arvenia)])
    async with arvenia.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT titles FROM meeting")
    titles = {words for row in rows for words in row["titles"].values() if words}
    assert titles
    english = {row["titles"]["en"] for row in rows if "en" in row["titles"]}
    assert sorted(english - set(written_in(found, titles))) == []


async def test_the_same_walk_as_a_member_finds_what_is_there(arvenia: Database) -> None:
    ids = await walking.identifiers(arvenia)
    walkers = [Walker(arvenia, viewer) for viewer in await members(arvenia)]
    missing: list[tuple[str, str]] = []
    for kind, known in ids.items():
        if not walking.is_guarded(kind):
            continue
        for identifier in known[: full(20, 6)]:
            for place, walker in enumerate(walkers):
                answer = await walker.node(kind, identifier)
                assert "errors" not in answer, (kind, answer["errors"][:2])
                if answer["data"]["node"] is not None:
                    walkers.insert(0, walkers.pop(place))  # she may well see the next one too
                    break
            else:
                missing.append((kind, identifier))
    assert missing == []


async def test_an_unknown_thing_and_one_of_others_are_answered_alike(arvenia: Database) -> None:
    """A2: the same bytes, whether there is nothing or one may not see it."""
    ids = await walking.identifiers(arvenia)
    walker = Walker(arvenia, await stranger(arvenia))
    for kind, known in ids.items():
        if not walking.is_guarded(kind) or not known:
            continue
        nothing = walking.unknown(kind)
        assert await walker.node(kind, known[0]) == await walker.node(kind, nothing)
        one = [a async for _, a in walker.roots({kind: known[:1]})]
        other = [a async for _, a in walker.roots({kind: [nothing]})]
        assert one == other, kind


async def test_every_mutation_answers_an_outsider_alike_and_changes_nothing(
    arvenia: Database, furnished: tuple[str, Settings]
) -> None:
    ids = await walking.identifiers(arvenia)
    walker = Walker(arvenia, await stranger(arvenia), shared={"settings": furnished[1]})
    before = await walking.rows_of_guarded_tables(arvenia)
    asked = 0
    for name, text, on_known, on_unknown in walking.mutations(ids):
        one, other = await walker.ask(text, on_known), await walker.ask(text, on_unknown)
        assert walking.without_echo(one, on_known) == walking.without_echo(other, on_unknown), name
        asked += 1
    assert asked > 40
    assert await walking.rows_of_guarded_tables(arvenia) == before


async def test_what_is_closed_inside_a_delegation_stays_there(arvenia: Database) -> None:
    """Drafted positions and closed remarks: not for other delegations, not for the moderator."""
    closed = await walking.closed_matter(arvenia)
    assert closed
    for kind, identifier, delegation_id in closed:
        inside = await walking.people_of_delegation(arvenia, delegation_id)
        for viewer in await members(arvenia):
            answer = await Walker(arvenia, viewer).node(kind, identifier)
            visible = answer["data"]["node"] is not None
            assert visible is (viewer.person_id in inside), (kind, identifier, viewer)
