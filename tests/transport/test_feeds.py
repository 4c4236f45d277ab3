"""What was made public comes out in feeds, packages and the catalogue; nothing else ever does."""

import hashlib
import zipfile
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pyld import jsonld

from policylab import decisions, identity, index
from policylab.decisions import PublicationState, log, verify_record
from policylab.decisions.log_rules import LeafKind
from policylab.decisions.verify_record import canonical, check_signature
from policylab.feeds import atom_xml
from policylab.feeds.rules import PAGE
from policylab.identity import TokenScope
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM
from policylab.transport import feeds
from tests import make
from tests.decisions import deciding
from tests.transport.feeding import BASE, Asking, Decided, decided, publish

NS = {"a": atom_xml.ATOM, "x": atom_xml.XHTML}
HOUSE = "/feeds/decisions.atom"


@pytest.fixture
def asking(database: Database, tmp_path: Path) -> Asking:
    return Asking.at(database, tmp_path)


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> Decided:
    return await decided(database, tmp_path)


async def feed_at(asking: Asking, path: str) -> Any:
    answer = await asking.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "public, max-age=300"
    root = etree.fromstring(answer.content)
    check_atom(root)
    return root


def check_atom(root: Any) -> None:
    """What RFC 4287 asks of every feed and of every entry."""

    def one(parent: Any, name: str) -> str:
        [found] = parent.findall(f"a:{name}", NS)
        return found.text or ""

    def is_moment(text: str) -> None:
        assert datetime.fromisoformat(text).tzinfo is not None

    assert root.tag == f"{{{atom_xml.ATOM}}}feed"
    names: list[str] = []
    for each in [root, *root.findall("a:entry", NS)]:
        names.append(one(each, "id"))
        assert ":" in names[-1]
        assert one(each, "title")
        is_moment(one(each, "updated"))
        assert each.findall("a:author/a:name", NS)[0].text
        for link in each.findall("a:link", NS):
            assert link.get("href", "").startswith(f"{BASE}/")
    assert len(set(names)) == len(names)
    [itself] = root.xpath("a:link[@rel='self']", namespaces=NS)
    assert itself.get("type") == "application/atom+xml"
    for entry in root.findall("a:entry", NS):
        [content] = entry.findall("a:content", NS)
        assert content.get("type") == "xhtml"
        assert [child.tag for child in content] == [f"{{{atom_xml.XHTML}}}div"]
    moments = [one(each, "updated") for each in root.findall("a:entry", NS)]
    assert moments == sorted(moments, reverse=True)


def entries(root: Any) -> list[Any]:
    return root.findall("a:entry", NS)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


# ── decisions ──


async def test_a_published_decision_is_in_both_feeds_for_everybody(
    database: Database, asking: Asking, here: Decided
) -> None:
    await publish(database, here)
    for path in (HOUSE, here.feed):
        [entry] = entries(await feed_at(asking, path))
        assert entry.findtext("a:id", namespaces=NS) == here.record.id.urn
        assert here.record.identifier in entry.findtext("a:title", namespaces=NS)
        assert entry.find("a:category", NS).get("term") == here.record.outcome.value
        async with database.read(SYSTEM) as session:
            seal = (await decisions.seals_of(session, [here.record.id]))[here.record.id]
        assert seal.hash in words(entry.find("a:content", NS))
        assert "Because it works." in words(entry.find("a:content", NS))
        [package] = entry.xpath("a:link[@rel='alternate']/@href", namespaces=NS)
        assert package == BASE + here.package


async def test_a_feed_names_no_person(database: Database, asking: Asking, here: Decided) -> None:
    await publish(database, here)
    text = (await asking.get(HOUSE)).text + (await asking.get("/catalogue")).text
    people = await identity.list_people(database)
    functions = {"Moderator", "Rapporteur"}
    assert [p for p in people if p.display_name in text and p.display_name not in functions] == []
    assert [p for p in people if str(p.id) in text] == []


async def test_what_is_not_public_leaves_no_trace_in_any_feed(
    database: Database, asking: Asking, here: Decided
) -> None:
    before = {path: await asking.get(path) for path in (HOUSE, "/catalogue")}
    restricted = await asking.get(here.feed)
    unknown = here.feed.replace(
        to_global("Dialogue", here.table.dialogue_id), to_global("Dialogue", uuid7())
    )
    absent = await asking.get(unknown)
    assert restricted.status_code == absent.status_code == 404
    assert restricted.content == absent.content
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    await publish(database, here, status=PublicationState.AFTER_DATE, from_day=tomorrow)
    for path, answer in before.items():
        again = await asking.get(path)
        assert again.content == answer.content
        assert again.headers.get("last-modified") == answer.headers.get("last-modified")
        assert here.record.identifier not in again.text
    assert entries(await feed_at(asking, HOUSE)) == []
    as_member = await asking.get(HOUSE, **await asking.bearer(here.table.head()))
    assert as_member.content == before[HOUSE].content  # public means the same for all


async def test_a_record_is_public_from_its_day_on_and_until_it_is_taken_back(
    database: Database, asking: Asking, here: Decided, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = date(2026, 1, 1)
    await publish(database, here, status=PublicationState.AFTER_DATE, from_day=since)
    answer = await asking.get(HOUSE)
    assert here.record.identifier in answer.text
    assert (await asking.get(here.package)).status_code == 200
    ground = {"status": PublicationState.RESTRICTED, "ground": "A court has asked for it."}
    await publish(database, here, **ground)
    root = await feed_at(asking, HOUSE)
    assert entries(root) == []
    again = await asking.get(HOUSE, if_none_match=answer.headers["etag"])
    assert (again.status_code, "court" in again.text) == (200, False)
    assert "last-modified" not in again.headers  # too fresh to be told to the second
    monkeypatch.setattr(feeds, "SETTLED", timedelta(0))
    [changed] = root.xpath("a:updated/text()", namespaces=NS)
    later = (await asking.get(HOUSE)).headers["last-modified"]
    assert parsedate_to_datetime(later) == datetime.fromisoformat(changed)
    assert (await asking.get(here.package)).status_code == 401
    assert (await asking.get(here.feed)).status_code == 404


async def test_a_corrigendum_makes_the_entry_new_and_keeps_its_name(
    database: Database, asking: Asking, here: Decided, tmp_path: Path
) -> None:
    await publish(database, here)
    [before] = entries(await feed_at(asking, HOUSE))
    moderator = here.table.moderator
    await make.enter(database, here.table, "decision")
    async with database.write(deciding.fresh(moderator)) as uow:
        await decisions.add_corrigendum(
            uow,
            deciding.fresh(moderator),
            record_id=here.record.id,
            words="Read 2027.",
            signer=decisions.open_signer(tmp_path / "signing-key.pem"),
        )
    async with database.read(SYSTEM) as session:
        [record] = (await decisions.published_records(session)).records
    assert record.updated_at > record.published_at
    [after] = entries(await feed_at(asking, HOUSE))
    assert after.findtext("a:id", namespaces=NS) == before.findtext("a:id", namespaces=NS)


async def test_words_stay_words_in_a_feed(
    database: Database, asking: Asking, tmp_path: Path
) -> None:
    hostile = "<script>alert(1)</script> & ]]> \x0b <img src=x onerror=alert(2)>"
    await publish(database, await decided(database, tmp_path, reasons=hostile))
    [entry] = entries(await feed_at(asking, HOUSE))
    assert {each.tag for each in entry.find("a:content", NS)[0]} == {f"{{{atom_xml.XHTML}}}p"}
    assert "<script>alert(1)</script> & ]]>" in words(entry.find("a:content", NS))


async def test_a_feed_speaks_french_when_asked(
    database: Database, asking: Asking, here: Decided
) -> None:
    await publish(database, here)
    english, french = [await feed_at(asking, HOUSE + q) for q in ("", "?language=fr")]
    assert french.findtext("a:title", namespaces=NS) == "Décisions publiées"
    assert french.findtext("a:id", namespaces=NS) != english.findtext("a:id", namespaces=NS)
    [entry] = entries(french)
    assert entry.find("a:category", NS).get("label") == "Adoptée"


@pytest.mark.parametrize("path", [HOUSE, "/feeds/log.atom", "/catalogue"])
async def test_who_has_it_already_is_told_so(
    database: Database,
    asking: Asking,
    here: Decided,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeds, "SETTLED", timedelta(0))
    await publish(database, here)
    first = await asking.get(path)
    tag, since = first.headers["etag"], first.headers["last-modified"]
    for asked in ({"if_none_match": tag}, {"if_modified_since": since}):
        again = await asking.get(path, **asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = {"if_none_match": '"another"', "if_modified_since": since}
    assert (await asking.get(path, **other)).status_code == 200
    head = await asking.get(path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == tag


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1.5", "99999999", "٣", "1000001"])
async def test_a_page_that_is_none_is_refused(asking: Asking, page: str) -> None:
    for path in (HOUSE, "/feeds/log.atom"):
        answer = await asking.get(f"{path}?page={page}")
        assert answer.status_code == 400, answer.text
        assert answer.json()["field"] == "page"
        assert answer.headers["cache-control"] == "no-store"


async def test_what_is_not_there_is_said_clearly(asking: Asking) -> None:
    for path, status in {
        f"{HOUSE}?page=2": 404,
        f"{HOUSE}?language=<x>": 400,
        "/feeds/dialogues/nonsense/decisions.atom": 404,
        f"/feeds/dialogues/{to_global('Lab', uuid7())}/decisions.atom": 404,
        "/feeds/nothing.atom": 404,
        "/feeds": 404,
        "/catalogue/index/../secret": 404,
        "/catalogue/index/README.md": 404,
        "/catalogue/nothing": 404,
        "/calendar": 404,
    }.items():
        answer = await asking.get(path)
        assert answer.status_code in {status, 503}, (path, answer.text)  # 503: no web app is built
        assert "error" in answer.json()
    for path in (HOUSE, "/catalogue", "/feeds/log.atom", "/calendar/me.ics"):
        assert (await asking.get(path, method="POST")).status_code == 405


# ── packages ──


async def test_the_package_of_a_public_record_is_for_everybody(
    database: Database, asking: Asking, here: Decided, tmp_path: Path
) -> None:
    refused = await asking.get(here.package)
    assert (refused.status_code, refused.json()["code"]) == (401, "NOT_SIGNED_IN")
    outsider = await asking.bearer(here.table.outsider)
    assert (await asking.get(here.package, **outsider)).status_code == 404
    await publish(database, here)
    key = decisions.open_signer(tmp_path / "signing-key.pem").public
    for who in ({}, outsider, await asking.bearer(here.table.head())):
        answer = await asking.get(here.package, **who)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert verify_record.verify(answer.content, [key]).record == str(here.record.id)
    unknown = f"/files/records/{to_global('DecisionRecord', uuid7())}.zip"
    assert (await asking.get(unknown)).content == refused.content


# ── the log ──


async def test_signed_heads_leave_the_house_and_verify(
    database: Database, asking: Asking, here: Decided, tmp_path: Path
) -> None:
    signer = decisions.open_signer(tmp_path / "signing-key.pem")
    root = await feed_at(asking, "/feeds/log.atom")
    for entry in entries(root):
        [where] = entry.xpath("a:link[@rel='alternate']/@href", namespaces=NS)
        told = (await asking.get(where.removeprefix(BASE))).json()
        assert canonical(told).decode() == words(entry.find("a:content", NS))
        check_signature("head", canonical(told["head"]), told["signature"], signer.public)
    assert here.record.identifier not in etree.tostring(root).decode()


async def test_a_long_feed_comes_in_pages(
    database: Database, asking: Asking, tmp_path: Path
) -> None:
    signer = decisions.open_signer(tmp_path / "signing-key.pem")
    async with database.write(SYSTEM) as uow:
        for _ in range(PAGE + 1):
            key = str(uuid7())
            await log.append(uow, signer, kind=LeafKind.RECORD, subject=key, content=b"{}")
    first, second = [await feed_at(asking, f"/feeds/log.atom{q}") for q in ("", "?page=2")]

    def links(root: Any) -> dict[str, str]:
        return {link.get("rel"): link.get("href") for link in root.findall("a:link", NS)}

    log_at = f"{BASE}/feeds/log.atom"
    assert links(first) == {
        "self": log_at,
        "first": log_at,
        "next": f"{log_at}?page=2",
        "last": f"{log_at}?page=2",
    }
    assert links(second)["previous"] == log_at
    assert "next" not in links(second)
    assert len(entries(first)) == PAGE
    assert first.findtext("a:id", namespaces=NS) == second.findtext("a:id", namespaces=NS)
    ids = [each.findtext("a:id", namespaces=NS) for each in [*entries(first), *entries(second)]]
    assert len(ids) == len(set(ids)) > PAGE


# ── the catalogue ──

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"


def no_loading(url: str, options: Any) -> Any:
    raise AssertionError(f"the context was fetched from {url}")


async def test_the_catalogue_is_dcat_and_everything_in_it_can_be_fetched_by_anybody(
    database: Database, asking: Asking, here: Decided
) -> None:
    await publish(database, here)
    answer = await asking.get("/catalogue", accept="application/ld+json")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["vary"] == "accept"
    [catalogue] = jsonld.expand(answer.json(), {"documentLoader": no_loading})
    assert catalogue["@type"] == [f"{DCAT}Catalog"]
    assert all(catalogue[f"{DCT}{name}"] for name in ("title", "description", "publisher"))
    sets = catalogue[f"{DCAT}dataset"]
    names = {each["@id"] for each in sets}
    assert here.record.id.urn in names
    assert f"urn:uuid:{here.frozen.set_id}" in names
    for each in sets:
        assert each["@type"] == [f"{DCAT}Dataset"]
        assert all(each[f"{DCT}{name}"] for name in ("title", "description", "publisher"))
        for distribution in each[f"{DCAT}distribution"]:
            [url] = distribution[f"{DCAT}accessURL"]
            path = url["@id"].removeprefix(BASE)
            fetched = await asking.get(path)
            assert fetched.status_code == 200, path
            [media_type] = distribution[f"{DCAT}mediaType"]
            told = fetched.headers["content-type"].partition(";")[0]
            assert media_type["@id"].endswith(f"media-types/{told}"), path


async def test_reference_data_is_given_with_its_sources_licence_and_hash(asking: Asking) -> None:
    listed = (await asking.get("/catalogue")).json()["dataset"][0]
    assert len(listed["source"]) > 30
    files = {each["title"]["en"]: each for each in listed["distribution"]}
    assert files.keys() == index.reference_files().keys()
    scores = files["index_scores.csv"]
    assert scores["license"]["@id"].endswith("/EUPL_1_2")
    data = (await asking.get("/catalogue/index/index_scores.csv")).content
    assert scores["checksum"]["checksumValue"] == hashlib.sha256(data).hexdigest()
    assert data.startswith(b"city,country,edition")


async def test_a_form_that_there_is_not_is_refused(asking: Asking) -> None:
    for accept, status in {
        "text/turtle": 406,
        "application/ld+json;q=0": 406,
        "text/html,application/xhtml+xml,*/*;q=0.8": 200,
        "application/json": 200,
    }.items():
        assert (await asking.get("/catalogue", accept=accept)).status_code == status


async def test_the_text_that_the_catalogue_promises_is_in_the_package(
    database: Database, asking: Asking, here: Decided
) -> None:
    await publish(database, here)
    sets = (await asking.get("/catalogue")).json()["dataset"]
    [text] = [each for each in sets if each["@id"] == f"urn:uuid:{here.frozen.set_id}"]
    [where] = text["distribution"]
    package = await asking.get(where["downloadURL"].removeprefix(BASE))
    data = zipfile.ZipFile(BytesIO(package.content)).read("text.json")
    assert text["identifier"] == f"sha256:{hashlib.sha256(data).hexdigest()}"


async def test_a_token_that_may_not_read_still_reads_what_is_public(
    database: Database, asking: Asking, here: Decided
) -> None:
    writes = await asking.bearer(here.table.head(), TokenScope.WRITE)
    assert (await asking.get(here.package, **writes)).status_code == 403
    await publish(database, here)
    assert (await asking.get(here.package, **writes)).status_code == 200
