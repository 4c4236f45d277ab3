"""The PDF: PDF/A-3a and PDF/UA-1 by what is in it, and looked at as a picture."""

import io
from pathlib import Path
from typing import Any

import orjson
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylab.export import glyphs, press
from policylab.export.dossier import Dossier
from policylab.export.typesetting import drawable_only, write_pdf
from policylab.kit.errors import RefusalCode, Refused
from tests.export.looking import inked, margin_is_free, pages, words_of
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


async def opened(made: Dossier) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(await write_pdf(made)))


def fonts_in(pdf: pikepdf.Pdf) -> list[Any]:
    """Every descendant font of every page."""
    found: list[Any] = []
    for page in pdf.pages:
        for font in page.resources.get("/Font", {}).values():
            found += list(font.get("/DescendantFonts", [font]))
    return found


def structure(node: Any) -> list[str]:
    """The names of the structure's elements, in reading order."""
    if not isinstance(node, pikepdf.Dictionary):
        return []
    kids = node.get("/K", [])
    children = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    own = [str(node.S)] if "/S" in node else []
    return own + [name for child in children for name in structure(child)]


@pytest.mark.parametrize("languages", [("en",), ("fr",), ("en", "fr")])
async def test_one_file_declares_both_standards_and_keeps_to_what_can_be_seen_of_them(
    languages: tuple[str, ...],
) -> None:
    pdf = await opened(dossier(None, *languages))
    with pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
    assert str(pdf.Root.Lang) == languages[0]
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    (intent,) = pdf.Root.OutputIntents
    assert str(intent.S) == "/GTS_PDFA1"
    assert len(intent.DestOutputProfile.read_bytes()) > 300
    files = [font.FontDescriptor for font in fonts_in(pdf)]
    assert files
    assert all("/FontFile2" in each or "/FontFile3" in each for each in files)
    assert "/Encrypt" not in pdf.trailer


async def test_the_structure_has_title_headings_lists_tables_and_their_headers() -> None:
    pdf = await opened(dossier(None, "en"))
    names = structure(pdf.Root.StructTreeRoot)
    for wanted in ("/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD"):
        assert wanted in names, wanted


async def test_linked_data_travels_inside_the_pdf() -> None:
    pdf = await opened(dossier(None, "en"))
    (name,) = pdf.attachments
    attached = pdf.attachments[name].get_file()
    assert (name, attached.mime_type) == ("metadata.jsonld", "application/ld+json")
    assert orjson.loads(attached.read_bytes())["@graph"][0]["@type"] == "Legislation"
    assert "/AF" in pdf.Root


async def test_the_same_set_is_the_same_file_and_dates_are_those_of_the_freeze() -> None:
    first, second = [await write_pdf(dossier(None, "en", "fr")) for _ in range(2)]
    assert first == second
    pdf = pikepdf.open(io.BytesIO(first))
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20261101")
    assert str(pdf.docinfo["/Title"]).startswith("Language learning for newcomers")
    assert str(pdf.docinfo["/Author"]).startswith("Marrow Bay")


async def test_a_reader_finds_everything_and_sees_whole_pages(tmp_path: Path) -> None:
    made = await write_pdf(dossier(None, "en", "fr"))
    said = words_of(made, tmp_path)
    for wanted in (
        "Illustrative: the state",
        "Exemple fictif",
        "within six months",
        "dans les six mois",
        "XA/2026/1",
        "No position",
        "Pas de position",
        "Subject to the budget law for 2027.",
        "We wanted three months.",
        "Offer courses from the first month on.",
        "cd" * 32,
        "ab" * 32,
    ):
        assert wanted in said, wanted
    looked = pages(made, tmp_path)
    assert len(looked) > 4
    assert all(inked(page) > 0.002 for page in looked)
    assert all(margin_is_free(page) for page in looked)


async def test_a_text_with_everything_the_schema_allows_is_set(tmp_path: Path) -> None:
    made = await write_pdf(
        dossier({"fr": sample("rich")}, "fr", pictures={MAP: picture()}, illustrative=False)
    )
    said = words_of(made, tmp_path)
    assert "Adopted in 2025." in said
    assert "fourth" in said
    assert "Exemple fictif" not in said
    first = pages(made, tmp_path)[1]
    reds = [
        first.getpixel((x, y)) for x in range(0, first.width, 4) for y in range(0, first.height, 4)
    ]
    assert any(isinstance(dot, tuple) and dot[0] > 150 > 90 > dot[1] for dot in reds)


async def test_an_empty_text_has_its_annexes_all_the_same(tmp_path: Path) -> None:
    said = words_of(await write_pdf(bare(sample("empty"))), tmp_path)
    assert "No decision has been put to the delegations on this version." in said
    assert "Provenance and how to verify" in said


HOSTILE = [
    '#panic("x")',
    '#eval(read("/etc/passwd"))',
    "*bold* _it_ `raw` $x$ @ref <label> // comment /* c */ \\ #let x = 1",
    "[]{}()#{}",
    "= Heading",
    "\u202e backwards \u2066",
    "=cmd|'/c calc'!A0",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_words_are_data_and_never_markup(text: str, tmp_path: Path) -> None:
    tree = doc(heading(text), clause(paragraph(text)))
    made = await write_pdf(bare(tree, titles={"en": text}, question={"en": text}))
    said = words_of(made, tmp_path).replace("\u202e", "").replace("\u2066", "")
    shown = text.replace("\u202e", "").replace("\u2066", "").strip()
    assert "".join(shown.split()) in "".join(said.split())


async def test_letters_that_no_font_of_ours_has_leave_their_code_point(tmp_path: Path) -> None:
    tree = doc(paragraph("Київ, Αθήνα, Łódź – 你 and 🙂."))
    said = words_of(await write_pdf(bare(tree)), tmp_path)
    assert "Київ, Αθήνα, Łódź" in said
    assert "[U+4F60]" in said
    assert "[U+1F642]" in said


def test_the_fonts_draw_latin_greek_and_cyrillic() -> None:
    known = press.drawable()
    assert {ord(letter) for letter in "aÉœßŁŵășțΑωἀЖїґ„”«»–—…€№•"} <= known
    assert ord("你") not in known
    assert drawable_only({"a": ["你", 3, None]}) == {"a": ["[U+4F60]", 3, None]}


def test_a_font_without_a_character_map_covers_nothing() -> None:
    assert list(glyphs.covered_by(b"\x00\x01\x00\x00" + b"\x00" * 8)) == []


marks = st.lists(
    st.sampled_from(["bold", "italic", "underline", "strike", "superscript", "subscript"]),
    unique=True,
    max_size=6,
).map(lambda kinds: [{"type": kind} for kind in kinds])
runs = st.builds(
    lambda text, with_marks: words(text, *with_marks), st.text(min_size=1, max_size=20), marks
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(runs, max_size=4), min_size=1, max_size=6), st.integers(1, 4))
async def test_whatever_people_write_can_be_set(lines: list[list[Json]], level: int) -> None:
    blocks = [paragraph(*line, key=place) for place, line in enumerate(lines)]
    tree = doc(heading(lines[0][0] if lines[0] else "A", level), *blocks, clause(*blocks))
    assert (await write_pdf(bare(tree))).startswith(b"%PDF-")


async def test_a_press_that_hangs_is_ended_and_the_next_text_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await write_pdf(bare(sample("empty")))  # the press is warm, so that only time is short
    with monkeypatch.context() as hurried:
        hurried.setattr(press._presses, "_longest", 0.000_1)
        with pytest.raises(Refused) as refused:
            await write_pdf(bare(sample("plain")))
    assert refused.value.code is RefusalCode.TEMPORARILY_UNAVAILABLE
    assert (await write_pdf(bare(sample("empty")))).startswith(b"%PDF-")
