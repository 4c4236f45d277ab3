"""Word and OpenDocument: by their specifications, in LibreOffice, and by what is in the XML."""

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openxml_audit import OdfValidator, OpenXmlValidator  # type: ignore[attr-defined]

from policylab.export.dossier import Dossier
from policylab.export.papers import write_docx, write_odt
from tests.export.looking import as_pdf, inked, margin_is_free, pages, words_of
from tests.export.samples import (
    MAP,
    bare,
    clause,
    doc,
    dossier,
    heading,
    paragraph,
    picture,
    sample,
    words,
)

Json = dict[str, Any]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WRITERS = {"docx": write_docx, "odt": write_odt}


def samples() -> dict[str, Dossier]:
    return {
        "both": dossier(),
        "rich": dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()}),
        "empty": bare(sample("empty")),
    }


def part(data: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return etree.fromstring(package.read(name))


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", samples())
async def test_the_file_is_what_its_specification_says(
    ending: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / f"file.{ending}"
    path.write_bytes(await WRITERS[ending](samples()[name]))
    validator = OpenXmlValidator() if ending == "docx" else OdfValidator()
    found = validator.validate(path)
    assert found.is_valid, [str(problem) for problem in found.errors]


@pytest.mark.parametrize("ending", WRITERS)
async def test_libreoffice_shows_whole_pages_with_every_word(ending: str, tmp_path: Path) -> None:
    printed = await asyncio.to_thread(as_pdf, await WRITERS[ending](dossier()), ending, tmp_path)
    said = words_of(printed, tmp_path)
    for wanted in (
        "Language learning for newcomers: who does what",
        "Illustrative: the state",
        "Contents 1",
        "Table des matières 1",
        "Every municipality offers language courses within six months",
        "Chaque commune offre des cours de langue dans les six mois",
        "Responsible body: Ministry of Inclusion",
        "Annex A",
        "Subject to the budget law for 2027.",
        "Annexe E",
        "ab" * 32,
    ):
        assert wanted in said, wanted
    looked = pages(printed, tmp_path)
    assert len(looked) >= 8
    assert all(inked(page) > 0.002 for page in looked)
    assert all(margin_is_free(page) for page in looked)


@pytest.mark.parametrize("ending", WRITERS)
async def test_the_same_set_is_the_same_file(ending: str) -> None:
    first, second = [await WRITERS[ending](dossier()) for _ in range(2)]
    assert first == second


async def test_a_word_file_knows_its_title_language_and_the_day_of_the_freeze() -> None:
    core = etree.tostring(part(await write_docx(dossier()), "docProps/core.xml")).decode()
    assert "Language learning for newcomers" in core
    assert "2026-11-01T10:30:00Z" in core
    styles = part(await write_docx(dossier(None, "fr")), "word/styles.xml")
    assert styles.find(f".//{W}docDefaults//{W}lang").get(f"{W}val") == "fr"


async def test_every_passage_of_a_word_file_says_its_language() -> None:
    document = part(await write_docx(dossier()), "word/document.xml")
    for run in document.iter(f"{W}r"):
        text = "".join(run.itertext())
        if "Chaque commune" in text or "Every municipality" in text:
            language = run.find(f"{W}rPr/{W}lang").get(f"{W}val")
            assert language == ("fr" if "Chaque" in text else "en")


async def test_the_table_of_contents_is_written_out_and_leads_to_its_headings() -> None:
    document = part(await write_docx(dossier()), "word/document.xml")
    places = {mark.get(f"{W}name") for mark in document.iter(f"{W}bookmarkStart")}
    leads = [link.get(f"{W}anchor") for link in document.iter(f"{W}hyperlink")]
    wanted = [lead for lead in leads if lead]
    assert len(wanted) == 2 * (3 + 5)
    assert set(wanted) <= places


async def test_a_word_file_holds_no_field_but_the_page_number() -> None:
    hostile = doc(
        heading("{ INCLUDETEXT c:\\\\secret.txt }"),
        paragraph('=HYPERLINK("http://evil")', words("x", {"type": "bold"})),
        clause(paragraph('</w:t></w:r><w:fldSimple w:instr="DDEAUTO"/>')),
    )
    data = await write_docx(bare(hostile, titles={"en": "</w:t> & {DDE}"}))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if not name.endswith(".xml"):
                continue
            tree = etree.fromstring(package.read(name))
            assert not list(tree.iter(f"{W}fldSimple")), name
            fields = ["".join(each.itertext()).strip() for each in tree.iter(f"{W}instrText")]
            assert fields == (["PAGE"] if "footer" in name else []), name


@pytest.mark.parametrize("ending", WRITERS)
async def test_only_safe_addresses_leave_an_office_file(ending: str) -> None:
    link = {"type": "link", "attrs": {"href": "javascript:alert(1)"}}
    good = {"type": "link", "attrs": {"href": "https://example.org/a"}}
    tree = doc(paragraph(words("bad", link), words("good", good)))
    data = await WRITERS[ending](bare(tree))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        whole = b"".join(package.read(name) for name in package.namelist())
    assert b"javascript" not in whole
    assert b"https://example.org/a" in whole


async def test_a_picture_is_inside_with_its_words() -> None:
    made = dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()})
    data = await write_docx(made)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert any(name.startswith("word/media/") for name in package.namelist())
        assert b'descr="A map of courses"' in package.read("word/document.xml")
    content = etree.tostring(part(await write_odt(made), "content.xml"))
    assert b"<svg:title>A map of courses</svg:title>" in content


async def test_every_style_that_an_opendocument_text_names_is_there() -> None:
    data = await write_odt(dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()}))
    text = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}style-name"
    style = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}name"
    content, styles = part(data, "content.xml"), part(data, "styles.xml")
    known = {each.get(style) for tree in (content, styles) for each in tree.iter()}
    assert {each.get(text) for each in content.iter() if each.get(text)} <= known
