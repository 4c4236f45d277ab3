"""The steps around the text: imported, written together, discussed, frozen, amended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypandoc

from policylab.demo import material
from policylab.demo.main_job.client import StepFailed
from policylab.demo.main_job.coeditor import Coeditor, until
from policylab.demo.main_job.job import SAID, TEXT, Job, both, coedit_url
from policylab.kit.ids import key_of, uuid7


async def import_text(job: Job) -> str:
    """A Word text in English, and its French beside it, as somebody has them on a desk."""
    made = await job.client.do(
        job.moderator,
        "createDocument",
        "Document { id }",
        dialogueId=job.dialogue,
        kind=SAID["kind"],
        titles=both(material.titles(TEXT)),
        languages=["en", "fr"],
    )
    job.document = made["id"]
    for language in ("en", "fr"):
        data = await asyncio.to_thread(word_file, material.markdown(TEXT, language), job.out)
        answer = await job.client.upload(
            job.rapporteur,
            name=f"{TEXT}.{language}.docx",
            data=data,
            documentId=job.document,
            language=language,
        )
        job.drafts[language] = answer["draftId"]
    english, french = [await job.sections(job.drafts[each]) for each in ("en", "fr")]
    if [each["sectionId"] for each in english] != [each["sectionId"] for each in french]:
        raise StepFailed("The clauses of the two languages are not the same.")
    return f"two Word files became drafts of {len(english)} aligned clauses"


def word_file(markdown: str, folder: Path) -> bytes:
    """A Word file of this text, made by pandoc."""
    path = folder / "import.docx"
    pypandoc.convert_text(markdown, "docx", format="markdown", outputfile=str(path))
    data = path.read_bytes()
    path.unlink()
    return data


async def write_together(job: Job) -> str:
    """Two write at the same time; one loses the line, goes on, comes back: nothing is lost."""
    one, other = (
        Coeditor(coedit_url(job, "en"), job.who(name))
        for name in ("north-vale.education", "marrow-bay.coordinator")
    )
    await one.join()
    await other.join()
    here, there = await job.clause("train-teachers"), await job.clause("one-place")
    for mine, yours in zip(*(ADDED["en"][name].split(" ") for name in ADDED["en"]), strict=True):
        one.add(here, f" {mine}")
        other.add(there, f" {yours}")
        await asyncio.sleep(0.01)
    await until(lambda: one.plain() == other.plain(), "both see the same text")
    await other.lose_connection()
    other.add(there, ALONE)
    one.add(here, MEANWHILE)
    apart = one.plain() != other.plain()
    await other.join()
    await until(lambda: one.plain() == other.plain(), "the text is whole again")
    lost = [said for said in (ALONE, MEANWHILE) if said not in one.plain()]
    if lost or not apart:
        raise StepFailed(f"Words were lost between the two editors: {lost}.")
    changes = one.changes + other.changes
    await one.leave()
    await other.leave()
    await _projected(job, there, ALONE.strip())
    await _in_french(job, here, there)
    return f"{changes} changes of two editors, 1 of them made without a connection; none lost"


ADDED = {
    "en": {
        "train-teachers": "Their teachers meet once in each term.",
        "one-place": "It is open on two evenings weekly.",
    },
    "fr": {
        "train-teachers": " Leurs enseignants se réunissent une fois par trimestre, et rendent"
        " publiques leurs conclusions.",
        "one-place": " Il est ouvert deux soirs par semaine, y compris pendant les vacances.",
    },
}
"""What the editors add to two clauses; in English word by word, at the same time."""
ALONE = " This holds in the holidays too."
MEANWHILE = " What they conclude is public."


async def _in_french(job: Job, here: str, there: str) -> None:
    """The rapporteur says the same in French."""
    editor = Coeditor(coedit_url(job, "fr"), job.rapporteur)
    await editor.join()
    editor.add(here, ADDED["fr"]["train-teachers"])
    editor.add(there, ADDED["fr"]["one-place"])
    await editor.leave()


async def _projected(job: Job, section: str, words: str) -> None:
    """Wait until what was written live can be read everywhere."""
    for _ in range(200):
        for each in await job.sections(job.drafts["en"]):
            if each["sectionId"] == section and words in each["text"]:
                return
        await asyncio.sleep(0.05)
    raise StepFailed("What was written does not show in the clauses.")


async def discuss(job: Job) -> str:
    """Remarks with answers, a closed note, and a suggestion that is accepted."""
    client = job.client
    at = await job.clause("make-possible")
    thread = await client.do(
        job.who("marrow-bay.coordinator"),
        "startThread",
        "Thread { id }",
        draftId=job.drafts["en"],
        sectionId=at,
        body="In our survey, childcare was the reason named most often by those who gave up.",
    )
    answer = {"threadId": thread["id"], "body": "The regional contracts can ask for it."}
    await client.do(job.who("north-vale.director"), "reply", "Thread { id }", **answer)
    await client.do(
        job.who("marrow-bay.coordinator"), "resolveThread", "Thread { id }", threadId=thread["id"]
    )
    note = await client.do(
        job.who("ministry.language"),
        "startThread",
        "Thread { id }",
        draftId=job.drafts["en"],
        sectionId=await job.clause("pays-per-level"),
        body="For us only: not before the next budget law.",
        visibility="DELEGATION",
    )
    seen = await client.ask(
        job.moderator, "query($id: ID!) { node(id: $id) { id } }", id=note["id"]
    )
    if seen["node"] is not None:
        raise StepFailed("A closed note of one delegation is visible to the moderator.")
    await _suggest(job)
    return "1 thread settled, 1 closed note unseen by others, 1 suggestion accepted"


async def _suggest(job: Job) -> None:
    client, name = job.client, "ministry.language"
    me = await client.ask(
        job.who(name),
        "query($id: ID!) { dialogue(id: $id) { viewerCapacity { id } } }",
        id=job.dialogue,
    )
    capacity = key_of(me["dialogue"]["viewerCapacity"]["id"], "Capacity")
    signed = {"id": str(uuid7()), "capacity": str(capacity), "at": datetime.now(UTC).isoformat()}
    editor = Coeditor(coedit_url(job, "en"), job.who(name))
    await editor.join()
    editor.suggest(await job.clause("binds-nobody"), "put it before", "bring it before", signed)
    query = "query($id: ID!) { draft(id: $id) { suggestions { id inserted deleted } } }"
    found: Sequence[dict[str, Any]] = ()
    for _ in range(200):
        answer = await client.ask(job.rapporteur, query, id=job.drafts["en"])
        found = answer["draft"]["suggestions"]
        if found:
            break
        await asyncio.sleep(0.05)
    if [each["id"] for each in found] != [signed["id"]]:
        raise StepFailed(f"The suggestion does not show: {found}")
    await client.do(
        job.rapporteur,
        "acceptSuggestion",
        "Draft { id }",
        draftId=job.drafts["en"],
        suggestionId=signed["id"],
    )
    await until(lambda: "bring it before" in editor.plain(), "the accepted words arrive")
    await editor.leave()


async def link_and_freeze(job: Job) -> str:
    """Link clauses to recommendations, and freeze both languages as one numbered set."""
    numbers = await recommendations(job)
    for said in SAID["links"]:
        await job.client.do(
            job.who("marrow-bay.coordinator"),
            "linkRecommendation",
            "TraceLink { id }",
            documentId=job.document,
            sectionId=await job.clause(said["at"]),
            recommendationId=numbers[said["number"]],
            kind=said["kind"],
            note=said.get("note", ""),
        )
    frozen = await freeze(job)
    return f"{len(SAID['links'])} links; set {frozen['number']} in 2 languages"


async def recommendations(job: Job) -> dict[str, str]:
    """The recommendations that the dialogue works on, by number."""
    query = (
        "query($id: ID!) { dialogue(id: $id) { assessments { recommendations { id number } } } }"
    )
    [result] = (await job.client.ask(job.moderator, query, id=job.dialogue))["dialogue"][
        "assessments"
    ]
    return {each["number"]: each["id"] for each in result["recommendations"]}


async def freeze(job: Job) -> dict[str, Any]:
    """Freeze the text; its number and hash."""
    frozen = await job.client.do(
        job.rapporteur, "freeze", "VersionSet { id number hash }", documentId=job.document
    )
    job.set_id = frozen["id"]
    return frozen


async def amend(job: Job) -> str:
    """Home consultation: a city's amendment in both languages, merged by the rapporteur."""
    await job.go("home-consultation")
    said = SAID["amendments"][1]
    tabled: list[str] = []
    section = await job.clause(said["at"])
    for language, words in said["text"].items():
        made = await job.client.do(
            job.who("marrow-bay.deputy"),
            "tableAmendment",
            "Amendment { id }",
            setId=job.set_id,
            sectionId=section,
            language=language,
            text=words,
            reasons=said["reasons"],
        )
        tabled.append(made["id"])
    for head in job.heads():
        await job.state("DELEGATION_READY", "", head)
    await job.go("settlement")
    await _open_drafts(job)
    for amendment in tabled:
        await job.client.do(
            job.rapporteur, "mergeAmendment", "Amendment { id state }", amendmentId=amendment
        )
    confirmed = await _confirm_links(job)
    frozen = await freeze(job)
    return (
        f"1 amendment merged in 2 languages, {confirmed} links confirmed for the new words;"
        f" set {frozen['number']} is the final text"
    )


async def _confirm_links(job: Job) -> int:
    """Say of the links whose clause has changed that they still hold."""
    query = "query($id: ID!) { dialogue(id: $id) { coverage { rows { links { id state } } } } }"
    found = await job.client.ask(job.rapporteur, query, id=job.dialogue)
    links = [link for row in found["dialogue"]["coverage"]["rows"] for link in row["links"]]
    waiting = [link["id"] for link in links if link["state"] == "TO_BE_CONFIRMED"]
    for link in waiting:
        await job.client.do(job.rapporteur, "confirmLink", "TraceLink { id }", linkId=link)
    return len(waiting)


async def _open_drafts(job: Job) -> None:
    query = "query($id: ID!) { document(id: $id) { languageVersions { id language } } }"
    found = await job.client.ask(job.rapporteur, query, id=job.document)
    for part in found["document"]["languageVersions"]:
        made = await job.client.do(
            job.rapporteur, "openDraft", "Draft { id }", languageVersionId=part["id"]
        )
        job.drafts[part["language"]] = made["id"]
