"""Dossiers made by hand: the sample texts, with a decision, positions and coverage invented."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from policylab.export.dossier import (
    Adoption,
    Body,
    Condition,
    Covered,
    Decision,
    Dossier,
    Level,
    Picture,
    Seal,
    Stand,
    Subject,
)

Json = dict[str, Any]
TEXTS = Path(__file__).parent.parent / "samples" / "texts"
COURSES = UUID("01920000-0000-0000-0000-000000000005")
"""The clause of the plain sample that says when courses are offered."""
MEASURE = UUID("01920000-0000-0000-0000-000000000011")
MAP = "01920000-0000-0000-0000-000000000320"
"""The picture that the rich sample shows."""
AT = datetime(2026, 11, 1, 10, 30, tzinfo=UTC)

FRENCH = {
    "A short foreword.": "Un bref avant-propos.",
    "Everybody who lives here belongs here.": "Quiconque vit ici est d’ici.",
    "Every municipality offers language courses ": "Chaque commune offre des cours de langue ",
    "within six months": "dans les six mois",
    " of arrival.": " suivant l’arrivée.",
    "Courses include:": "Les cours comprennent :",
    "childcare": "la garde d’enfants",
    "travel costs": "les frais de déplacement",
    "Principles": "Principes",
    "Real equality.": "L’égalité réelle.",
    "Measures": "Mesures",
    "Open a course office in each region.": "Ouvrir un bureau dans chaque région.",
}
MINISTRY = Body(
    id=UUID(int=1),
    names={"en": "Ministry of Inclusion", "fr": "Ministère de l’Inclusion"},
    kind="ministry",
    level="NATIONAL",
)
REGION = Body(
    id=UUID(int=2), names={"en": "North Vale", "fr": "Val-Nord"}, kind="region", level="REGIONAL"
)
CITY = Body(
    id=UUID(int=3), names={"en": "Marrow Bay", "fr": "Baie-Marrow"}, kind="city", level="LOCAL"
)
HEARD = Body(
    id=UUID(int=4),
    names={"en": "Arvenian Intercultural Network", "fr": "Réseau interculturel d’Arvénie"},
    kind="network",
    level="LOCAL",
    voting=False,
)
STANDS = (
    Stand(body=CITY, stance="SUPPORT", statement="We have begun already."),
    Stand(
        body=CITY,
        stance="OBJECT",
        subject=Subject(section_id=COURSES),
        statement="Six months is too long.",
    ),
    Stand(body=HEARD),
    Stand(
        body=REGION,
        stance="CONDITIONAL",
        conditions=[
            Condition(text="The region gets the register data.", met=True, confirmed=False)
        ],
        ad_referendum=True,
    ),
    Stand(
        body=MINISTRY,
        stance="SUPPORT_WITH_RESERVATION",
        reservations=["Subject to the budget law for 2027."],
    ),
)
DECISION = Decision(
    id=UUID(int=500),
    subject=Subject(),
    rule={"en": "Each level assents.", "fr": "Chaque niveau donne son accord."},
    opens_at=datetime(2026, 11, 2, tzinfo=UTC),
    closes_at=datetime(2026, 11, 16, tzinfo=UTC),
    closed_at=datetime(2026, 11, 16, tzinfo=UTC),
    outcome="ADOPTED",
    sentences={"en": "Adopted: every level assents.", "fr": "Adopté : chaque niveau accepte."},
    identifier="XA/2026/1",
    seal=Seal(hash="cd" * 32, leaf=4, signer="ef" * 32, at=datetime(2026, 11, 21, tzinfo=UTC)),
    dissents=[({"en": "Marrow Bay", "fr": "Baie-Marrow"}, "We wanted three months.")],
    corrigenda=[(1, "In clause 1.1 read “arrival”.")],
    adoptions=[
        Adoption(
            body="Council of Marrow Bay",
            on=date(2026, 12, 1),
            reference="2026/114",
            link="https://example.org/114",
        )
    ],
)
COVERAGE = (
    Covered(
        number="3",
        texts={"en": "Offer courses from the first month on."},
        areas=[{"en": "Language", "fr": "Langue"}],
        state="PARTLY",
        clauses=[(COURSES, "PARTLY", True), (MEASURE, "ADDRESSES", False)],
    ),
    Covered(
        number="4",
        texts={"en": "Let foreign residents vote."},
        areas=[],
        state="DECLINED",
        clauses=[],
        answer="DECLINED",
        reasons="Outside the powers of the city.",
    ),
)


def sample(name: str) -> Json:
    """One of the texts that server and editor are tested on."""
    return json.loads((TEXTS / f"{name}.json").read_text("utf-8"))


def in_french(tree: Json) -> Json:
    """The plain sample in French, with the same ids."""
    made = deepcopy(tree)
    _translate(made)
    return made


def _translate(node: Json) -> None:
    if node["type"] == "text":
        node["text"] = FRENCH.get(node["text"], node["text"])
    for child in node.get("content", ()):
        _translate(child)


def words(said: str, *marks: Json) -> Json:
    return {"type": "text", "text": said} | ({"marks": list(marks)} if marks else {})


def paragraph(*content: Json | str, key: int = 0) -> Json:
    made = [words(each) if isinstance(each, str) else each for each in content]
    return {"type": "paragraph", "attrs": {"id": str(UUID(int=7_000 + key))}, "content": made}


def clause(*blocks: Json, key: int = 1) -> Json:
    return {"type": "clause", "attrs": {"id": str(UUID(int=8_000 + key))}, "content": list(blocks)}


def heading(said: str | Json, level: int = 1, key: int = 1) -> Json:
    content = [words(said) if isinstance(said, str) else said]
    attrs = {"id": str(UUID(int=9_000 + key)), "level": level}
    return {"type": "heading", "attrs": attrs, "content": content}


def doc(*blocks: Json) -> Json:
    return {"type": "doc", "content": list(blocks)}


def dossier(texts: dict[str, Json] | None = None, *languages: str, **changes: Any) -> Dossier:
    """The plain sample in both languages with everything there can be, unless told otherwise."""
    plain = sample("plain")
    given = {"en": plain, "fr": in_french(plain)} if texts is None else texts
    values: dict[str, Any] = {
        "set_id": UUID(int=77),
        "document_id": UUID(int=78),
        "kind": "strategy",
        "titles": {
            "en": "Language learning for newcomers: who does what",
            "fr": "L’apprentissage de la langue par les nouveaux arrivants : qui fait quoi",
        },
        "identifier": "/eli/xa/arvenia/strategy/2026/1",
        "number": 2,
        "hash": "ab" * 32,
        "frozen_at": AT,
        "frozen_by": {"en": "Rapporteur, Ministry", "fr": "Rapporteure, Ministère"},
        "illustrative": True,
        "lab": {"en": "Policy lab of Arvenia", "fr": "Laboratoire d’Arvénie"},
        "question": {"en": "Who offers courses?", "fr": "Qui offre les cours ?"},
        "texts": given,
        "levels": [
            Level(code="LOCAL", names={"en": "city", "fr": "ville"}),
            Level(code="REGIONAL", names={"en": "region", "fr": "région"}),
            Level(code="NATIONAL", names={"en": "ministry", "fr": "ministère"}),
        ],
        "bodies": [CITY, HEARD, REGION, MINISTRY],
        "decisions": [DECISION],
        "stands": STANDS,
        "coverage": COVERAGE,
        "languages": languages or tuple(given),
    }
    return Dossier(**(values | changes))


def bare(tree: Json, *, language: str = "en", **changes: Any) -> Dossier:
    """A text with nothing around it yet: no decision, no delegation, no recommendation."""
    nothing: dict[str, Any] = {"decisions": [], "stands": [], "coverage": [], "bodies": []}
    return dossier({language: tree}, language, **(nothing | changes))


def picture() -> Picture:
    """A small red PNG."""
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    Image.new("RGB", (120, 80), "#b03030").save(made, "PNG")
    return Picture(data=made.getvalue(), media_type="image/png", width=120, height=80)
