"""Bringing files in: what comes of a real one, what keeps its ids, what is refused."""

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from policylab import coediting, documents
from policylab.documents import BadText, ImportMismatch, read_file, reading, walk
from policylab.documents.aligning import Mismatched, follow, keep_ids, with_clauses
from policylab.documents.from_pandoc import blocks_from
from policylab.documents.tree import Json, read_tree
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.documents.papers import STRATEGIE, STRATEGY, paper, picture, with_document
from tests.documents.writing import (
    ENGLISH,
    Desk,
    clause,
    count,
    desk,
    doc,
    freeze,
    heading,
    key_of,
    open_again,
    paragraph,
    rows,
    state,
    text_of,
    words,
    write,
)

DOCUMENT = UUID(int=7)


async def bring(
    database: Database,
    here: Desk,
    data: bytes,
    *,
    name: str = "paper.docx",
    language: str = "en",
    viewer: Viewer | None = None,
) -> UUID:
    viewer = viewer or here.writer
    async with database.write(viewer) as uow:
        draft = await documents.import_text(
            uow, viewer, document_id=here.document_id, language=language, name=name, data=data
        )
        here.drafts[language] = draft.id
    return draft.id


async def refused(database: Database, here: Desk, data: bytes, **options: Any) -> Refused:
    """The file is refused, and nothing has been written."""
    before = await state(database), await count(database, "attachment", "draft_update")
    with pytest.raises(Refused) as caught:
        await bring(database, here, data, **options)
    assert (await state(database), await count(database, "attachment", "draft_update")) == before
    return caught.value


def shape(tree: Json) -> list[str]:
    return [block["type"] for block in tree["content"]]


def ids(tree: Json) -> list[str]:
    return [block["attrs"]["id"] for block in tree["content"]]


@pytest.mark.parametrize("ending", [".docx", ".odt", ".html", ".md"])
async def test_a_real_file_becomes_a_text_of_headings_and_clauses(
    database: Database, tmp_path: Path, ending: str
) -> None:
    here = await desk(database, {})
    data = STRATEGY.encode() if ending == ".md" else paper(tmp_path, ending)
    tree = await text_of(database, await bring(database, here, data, name=f"A paper{ending}"))
    assert read_tree(tree) == tree
    assert shape(tree)[:5] == ["paragraph", "heading", "clause", "clause", "heading"]
    said = documents.plain_text(tree)
    for line in ("Before the first heading.", "Everybody learns the language.", "teachers"):
        assert line in said
    kinds = {node["type"] for node in walk(tree)}
    assert {"bulletList", "table", "tableHeader", "image"} <= kinds
    assert [node["content"][0]["text"] for node in walk(tree) if node["type"] == "footnote"] == [
        "Language learning, not language testing."
    ]
    addresses = {
        mark["attrs"]["href"]
        for node in walk(tree)
        for mark in node.get("marks", ())
        if mark["type"] == "link"
    }
    assert addresses == {"https://example.org/law"}
    bold = [n for n in walk(tree) if {"type": "bold"} in n.get("marks", ())]
    assert [node["text"] for node in bold] == ["language"]


async def test_the_importer_is_the_author_and_the_clauses_can_be_read_at_once(
    database: Database, tmp_path: Path
) -> None:
    here = await desk(database, {})
    draft_id = await bring(database, here, paper(tmp_path, ".docx"))
    async with database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, draft_id)
    assert {share.person_id for share in shares} == {here.writer.person_id}
    numbers = await rows(database, "SELECT number FROM draft_section ORDER BY place")
    assert [row.number for row in numbers][:5] == ["", "1", "1.1", "1.2", "1.3"]


@pytest.mark.parametrize("ending", [".docx", ".odt"])
async def test_pictures_come_along_as_attachments_each_once(
    database: Database, tmp_path: Path, ending: str
) -> None:
    here = await desk(database, {})
    data = paper(tmp_path, ending)
    tree = await text_of(database, await bring(database, here, data, name=f"p{ending}"))
    await bring(database, here, data, name=f"p{ending}")
    [attachment] = await rows(database, "SELECT id, media_type, data FROM attachment")
    assert (attachment.media_type, bytes(attachment.data)) == ("image/png", picture())
    [image] = [node for node in walk(tree) if node["type"] == "image"]
    assert image["attrs"]["src"] == f"attachment:{attachment.id}"
    if ending == ".docx":
        assert image["attrs"]["alt"] == "A school in the hills"


async def test_tracked_changes_are_read_as_accepted(tmp_path: Path) -> None:
    by = 'w:author="A" w:date="2026-01-01T00:00:00Z"'
    tracked = (
        f'Cities</w:t></w:r><w:ins w:id="1" {by}><w:r><w:t xml:space="preserve"> gladly</w:t>'
        f'</w:r></w:ins><w:del w:id="2" {by}><w:r><w:delText xml:space="preserve"> never'
        '</w:delText></w:r></w:del><w:r><w:t xml:space="preserve"> pay'
    )
    data = with_document(paper(tmp_path, ".docx"), "Cities pay", tracked)
    read = await read_file("tracked.docx", data)
    said = documents.plain_text(doc(*blocks_from(read.tree, {})))
    assert "Cities gladly pay for:" in said
    assert "never" not in said


async def test_a_text_brought_again_keeps_what_stays_with_its_ids_and_authors(
    database: Database, tmp_path: Path
) -> None:
    here = await desk(database, {})
    before = await text_of(database, await bring(database, here, paper(tmp_path, ".docx")))
    changed = STRATEGY.replace("The ministry pays half", "The ministry pays all of it")
    changed = changed.replace("# Aims\n", "# Aims\n\nA first new clause.\n")
    delegate = here.table.delegate()
    data = paper(tmp_path, ".docx", changed)
    after = await text_of(database, await bring(database, here, data, viewer=delegate))
    kept = ids(before)
    assert [key for key in ids(after) if key in kept] == kept
    [new] = [b for b in after["content"] if b["attrs"]["id"] not in kept]
    assert documents.plain_text(new) == "A first new clause."
    async with database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, here.drafts["en"])
    counts = {share.person_id: 0 for share in shares}
    for share in shares:
        counts[share.person_id] += share.characters
    assert 0 < counts[delegate.person_id] < 60 < counts[here.writer.person_id]


async def test_the_same_file_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    here = await desk(database, {})
    data = paper(tmp_path, ".docx")
    before = await text_of(database, await bring(database, here, data))
    seq = (await rows(database, "SELECT seq FROM draft_head"))[0].seq
    assert await text_of(database, await bring(database, here, data)) == before
    assert (await rows(database, "SELECT seq FROM draft_head"))[0].seq == seq


async def test_a_translation_takes_the_ids_of_the_text_it_follows_and_can_be_frozen(
    database: Database, tmp_path: Path
) -> None:
    here = await desk(database, {})
    english = await text_of(database, await bring(database, here, paper(tmp_path, ".docx")))
    data = paper(tmp_path, ".docx", STRATEGIE)
    draft_id = await bring(database, here, data, language="fr")
    french = await text_of(database, draft_id)
    assert shape(french) == shape(english)
    assert ids(french)[1:] == ids(english)[1:]
    [part] = await rows(
        database, "SELECT translation_of FROM language_version WHERE language = 'fr'"
    )
    assert part.translation_of == here.parts["en"]
    set_id = await freeze(database, here)
    async with database.read(SYSTEM) as session:
        assert list(await documents.texts_of(session, set_id)) == ["en", "fr"]


async def test_a_translation_that_does_not_fit_is_refused_with_what_does_not_fit(
    database: Database, tmp_path: Path
) -> None:
    here = await desk(database, {})
    await bring(database, here, paper(tmp_path, ".docx"))
    longer = STRATEGIE.replace("## Moyens\n", "Un article de plus.\n\n## Moyens\n")
    data = paper(tmp_path, ".docx", longer)
    problem = await refused(database, here, data, language="fr")
    assert isinstance(problem, ImportMismatch)
    assert problem.code is RefusalCode.BAD_FILE
    assert problem.problems == ["“Un article de plus.” in the file: has no counterpart in the text"]
    await bring(database, here, paper(tmp_path, ".docx", STRATEGIE), language="fr")


async def test_a_closed_text_is_opened_by_an_import_and_keeps_its_ids(database: Database) -> None:
    here = await desk(database)
    await freeze(database, here)
    file = b"# Aims\n\nEverybody learns.\n\nStates pay.\n"
    tree = await text_of(database, await bring(database, here, file, name="t.md"))
    assert ids(tree)[:2] == ids(ENGLISH)[:2]
    assert documents.plain_text(tree) == "Aims\nEverybody learns.\nStates pay."
    [draft] = await rows(database, "SELECT closed_at, base_version_id FROM draft")
    assert draft.closed_at is None
    assert draft.base_version_id is not None


async def test_a_measure_stays_a_measure_with_its_owner(database: Database) -> None:
    attrs = {"id": key_of("measure"), "owner": "City of Marrow Bay"}
    measure = {"type": "measure", "attrs": attrs, "content": [paragraph("Open three rooms.")]}
    here = await desk(database, {"en": doc(heading("Aims", "aims"), measure)})
    file = b"# Aims\n\nOpen three large rooms.\n"
    tree = await text_of(database, await bring(database, here, file, name="t.md"))
    assert tree["content"][1]["type"] == "measure"
    assert tree["content"][1]["attrs"] == attrs


async def test_an_import_and_a_freeze_at_once_do_not_hold_each_other_up_for_ever(
    database: Database,
) -> None:
    here = await desk(database)
    async with database.write(here.writer) as uow:
        lock = text("SELECT id FROM draft FOR NO KEY UPDATE")
        await (await uow.session.connection()).execute(lock)
        importing = asyncio.create_task(bring(database, here, b"# Aims\n\nNew.", name="t.md"))
        await asyncio.sleep(1.0)
        assert not importing.done()  # it holds its language and waits for the draft
        made = await documents.freeze(uow, here.writer, document_id=here.document_id)
    await importing
    async with database.read(SYSTEM) as session:
        assert (await documents.texts_of(session, made.id))["en"] == ENGLISH
    tree = await text_of(database, here.drafts["en"])
    assert documents.plain_text(tree) == "Aims\nNew."


async def test_only_those_who_may_write_bring_files(database: Database, tmp_path: Path) -> None:
    here = await desk(database, {})
    data = paper(tmp_path, ".docx")
    for viewer in (here.table.observer, here.table.expert):
        problem = await refused(database, here, data, viewer=viewer)
        assert problem.code in {RefusalCode.NOT_YOUR_ROLE, RefusalCode.NOT_ALLOWED}
    problem = await refused(database, here, data, viewer=here.table.outsider)
    assert problem.code is RefusalCode.NOT_FOUND
    await make.enter(database, here.table, "home-consultation")
    assert (await refused(database, here, data)).code is RefusalCode.NOT_IN_THIS_PHASE
    await make.enter(database, here.table, "drafting")
    await bring(database, here, data, viewer=here.table.delegate())


async def test_waiting_suggestions_are_not_overwritten(database: Database) -> None:
    mark = {"id": key_of("s"), "capacity": key_of("c"), "at": "2026-01-01T00:00:00Z"}
    suggested = paragraph("")
    suggested["content"] = [words("Gladly.", {"type": "insertion", "attrs": mark})]
    here = await desk(database, {"en": doc(*ENGLISH["content"], suggested)})
    problem = await refused(database, here, b"# Aims\n\nNew.", name="t.md")
    assert problem.code is RefusalCode.CONDITIONS_NOT_MET
    await write(database, here, ENGLISH)
    await bring(database, here, b"# Aims\n\nNew.", name="t.md")


async def test_a_language_the_document_is_not_in_is_refused(database: Database) -> None:
    here = await desk(database)
    problem = await refused(database, here, b"# Aims", name="t.md", language="de")
    assert (problem.code, problem.field) == (RefusalCode.INVALID_INPUT, "language")


def zipped(**members: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


BAD = {
    "an empty file": ("a.docx", b"", "The file is empty."),
    "a program": ("a.exe", b"MZ", "Bring a Word"),
    "an old Word file": ("a.doc", b"\xd0\xcf\x11\xe0", "Save it as .docx"),
    "a locked Word file": ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "has a password"),
    "words that claim to be Word": ("a.docx", b"hello", "no Word file, or it is damaged"),
    "a ZIP of something else": ("a.odt", zipped(a_txt="x"), "no OpenDocument file"),
    "a Word file with broken insides": (
        "a.docx",
        zipped(word__document_xml="<w:oops"),
        "can't be read as a Word text",
    ),
    "bytes that are no UTF-8": ("a.md", b"\xff\xfe\x00", "UTF-8"),
    "nothing but a line": ("a.md", b"---\n\n", "no words"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_file_is_refused_with_a_sentence_that_helps(
    database: Database, name: str
) -> None:
    here = await desk(database)
    called, data, sentence = BAD[name]
    problem = await refused(database, here, data, name=called)
    assert (problem.code, problem.field) == (RefusalCode.BAD_FILE, "file")
    assert sentence in problem.message


async def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "LARGEST_UNPACKED", 1_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "0" * 2_000_000)
    assert len(made.getvalue()) < 10_000
    with pytest.raises(Refused) as caught:
        await read_file("bomb.docx", made.getvalue())
    assert caught.value.code is RefusalCode.TOO_LARGE


async def test_a_file_that_takes_too_long_is_given_up_and_its_program_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[asyncio.subprocess.Process] = []
    begin = asyncio.create_subprocess_exec

    async def noting(*arguments: Any, **options: Any) -> asyncio.subprocess.Process:
        started.append(await begin(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(reading, "SECONDS", 0.0)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", noting)
    with pytest.raises(Refused) as caught:
        await read_file("long.md", b"word " * 200_000)
    assert "takes too long" in caught.value.message
    assert started[0].returncode is not None


async def test_nothing_is_fetched_and_nothing_of_this_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    asking = f'<p>Words <img src="{secret}"><iframe src="{secret}"></iframe></p>'
    read = await read_file("a.html", asking.encode())
    assert "the secret" not in str(read.tree)
    [image] = [b for b in blocks_from(read.tree, {}) if b["type"] == "image"]
    assert image["attrs"]["src"] == ""


def test_depth_is_bounded_in_blocks_and_in_words() -> None:
    node: Json = {"t": "Para", "c": [{"t": "Str", "c": "x"}]}
    for _ in range(200):
        node = {"t": "BlockQuote", "c": [node]}
    with pytest.raises(BadText):
        blocks_from({"blocks": [node]}, {})
    inline: Json = {"t": "Str", "c": "x"}
    for _ in range(200):
        inline = {"t": "Emph", "c": [inline]}
    with pytest.raises(BadText):
        blocks_from({"blocks": [{"t": "Para", "c": [inline]}]}, {})


def test_what_our_schema_has_no_word_for_becomes_plain_words() -> None:
    tree = {
        "meta": {"subtitle": {"t": "MetaInlines", "c": [{"t": "Str", "c": "Below"}]}},
        "blocks": [
            {"t": "CodeBlock", "c": [["", [], []], "one\ntwo"]},
            {"t": "HorizontalRule"},
            {"t": "RawBlock", "c": ["html", "<script>"]},
            {
                "t": "DefinitionList",
                "c": [[[{"t": "Str", "c": "Term"}], [[{"t": "Para", "c": [_quoted()]}]]]],
            },
        ],
    }
    blocks = blocks_from(tree, {})
    assert documents.plain_text(doc(*blocks)) == "Below\none two\nTerm\n“said”"
    assert all(block["type"] == "paragraph" for block in blocks)


def _quoted() -> Json:
    return {"t": "Quoted", "c": [{"t": "DoubleQuote"}, [{"t": "Str", "c": "said"}]]}


def test_lists_and_tables_belong_to_the_paragraph_before_them() -> None:
    items: Json = {"type": "bulletList", "content": []}
    loose = paragraph("Before.")
    blocks = [loose, heading("A", "a"), paragraph("Such as:"), items, paragraph("And.")]
    made = with_clauses(blocks)
    assert [block["type"] for block in made] == ["paragraph", "heading", "clause", "clause"]
    assert made[2]["content"] == [blocks[2], items]


def test_a_clause_that_is_mostly_the_same_keeps_its_id_and_a_new_one_does_not() -> None:
    old = doc(clause("The city pays half of the rent.", "a"), clause("Nobody else pays.", "b"))
    new = [
        {"type": "clause", "content": [_bare("The city pays all of the rent.")]},
        {"type": "clause", "content": [_bare("Entirely other words here.")]},
    ]
    made = keep_ids(old, new)
    assert made[0]["attrs"]["id"] == key_of("a")
    assert "attrs" not in made[1]


def _bare(said: str) -> Json:
    return {"type": "paragraph", "content": [words(said)]}


def test_a_translation_is_grouped_as_its_source_is() -> None:
    two = {"type": "clause", "attrs": {"id": key_of("two")}}
    source = doc(heading("A", "a"), two | {"content": [paragraph("One."), paragraph("Two.")]})
    title = {"type": "heading", "attrs": {"level": 1}, "content": [words("B")]}
    made = follow(source, [title, _bare("Un."), _bare("Deux.")], DOCUMENT)
    assert ids(doc(*made)) == [key_of("a"), key_of("two")]
    assert documents.plain_text(doc(*made)) == "B\nUn.\nDeux."


def test_every_clause_without_a_counterpart_is_listed() -> None:
    source = doc(heading("A", "a"), clause("One.", "one"), heading("C", "c"))
    title = {"type": "heading", "attrs": {"level": 1}, "content": [words("B")]}
    with pytest.raises(Mismatched) as caught:
        follow(source, [title, {**title, "attrs": {"level": 2}}], DOCUMENT)
    assert caught.value.problems == [
        "1.1 (One.): has no counterpart in the file",
        "2 (C): has no counterpart in the file",
        "“B” in the file: has no counterpart in the text",
    ]


async def test_a_language_that_was_never_written_begins_with_the_clauses_of_the_other(
    database: Database,
) -> None:
    here = await desk(database, {})
    await open_again(database, here, "en", ENGLISH)
    tree = await text_of(database, await open_again(database, here, "fr"))
    assert ids(tree) == ids(ENGLISH)
    assert documents.plain_text(tree) == ""
