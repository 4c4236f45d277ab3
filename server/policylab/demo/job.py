"""The main job of a policy lab, from an empty house to verified files, through public doors only.

Whatever is done here is done with a token over GraphQL, the upload, the co-editing socket and the
downloads; what whoever runs a house does (reference data, first administrator, tokens) is done as
the command line does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pypandoc

from policylab import index
from policylab.decisions import verify_record
from policylab.demo import material
from policylab.demo.client import Caller, Client, StepFailed
from policylab.demo.coeditor import Coeditor, until
from policylab.demo.own_house import OwnHouse
from policylab.export import KINDS
from policylab.kit.ids import key_of, uuid7

LEVELS = {"LOCAL": "city", "REGIONAL": "region", "NATIONAL": "ministry"}
TEXT = "language"
BODIES = {
    "marrow-bay": ("LOCAL", ("deputy", "coordinator")),
    "north-vale": ("REGIONAL", ("director", "education")),
    "ministry": ("NATIONAL", ("head", "language")),
}
"""Who takes part in the run: one delegation of each level, head first."""
STAFF = ("network.moderator", "network.rapporteur", "network.secretariat")
SAID = material.read("dialogue_language")


@dataclass
class Job:
    """How far the run has come: who there is, and what has been made."""

    house: OwnHouse
    out: Path
    people: dict[str, Caller] = field(default_factory=dict[str, Caller])
    bodies: dict[str, str] = field(default_factory=dict[str, str])
    delegations: dict[str, str] = field(default_factory=dict[str, str])
    files: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    lab: str = ""
    dialogue: str = ""
    document: str = ""
    drafts: dict[str, str] = field(default_factory=dict[str, str])
    set_id: str = ""
    procedure: str = ""
    record: str = ""
    record_path: str = ""
    verified: bool = False

    @property
    def client(self) -> Client:
        return self.house.client

    def who(self, name: str) -> Caller:
        """Somebody of the run, by body and post."""
        return self.people[name]

    @property
    def moderator(self) -> Caller:
        return self.who("network.moderator")

    @property
    def rapporteur(self) -> Caller:
        return self.who("network.rapporteur")

    def heads(self) -> list[Caller]:
        """The heads of the delegations."""
        return [self.who(f"{body}.{people[0]}") for body, (_, people) in BODIES.items()]

    async def go(self, *phases: str) -> None:
        """Let the moderator lead on."""
        for phase in phases:
            await self.client.do(
                self.moderator, "movePhase", "Dialogue { id }", dialogueId=self.dialogue, to=phase
            )

    async def state(self, kind: str, note: str, who: Caller | None = None) -> None:
        """Let somebody say that something has happened."""
        await self.client.do(
            who or self.moderator,
            "recordFact",
            "Dialogue { id }",
            dialogueId=self.dialogue,
            kind=kind,
            note=note,
        )

    async def sections(self, draft: str) -> list[dict[str, Any]]:
        """The clauses of a working draft as the house shows them."""
        query = "query($id: ID!) { draft(id: $id) { sections { sectionId number text } } }"
        return (await self.client.ask(self.rapporteur, query, id=draft))["draft"]["sections"]

    async def clause(self, label: str, language: str = "en") -> str:
        """The clause of the draft that holds the words which the file has under this label."""
        [block] = [each for each in material.read(TEXT)["blocks"] if each["id"] == label]
        beginning = block["clause"][language][:60]
        for section in await self.sections(self.drafts[language]):
            if section["text"].startswith(beginning):
                return section["sectionId"]
        raise StepFailed(f"The clause “{beginning}…” is not in the draft.")


# ── the steps, in order; each answers one line on what it did ──


async def load_evidence(job: Job) -> str:
    """The sourced reference data, then an invented result over GraphQL."""
    await index.load_reference(job.house.database)
    administrator = await job.house.administrator()
    job.people["administrator"] = administrator
    data = material.raw("index.json").decode()
    fields = "IndexImported { results scores recommendations }"
    brought = await job.client.do(
        administrator, "importIndex", fields, name="index.json", text=data
    )
    known = await job.client.ask(administrator, "{ assessments { totalCount } }")
    return (
        f"{known['assessments']['totalCount']} INDEX results, {brought['results']} of them invented"
        f" with {brought['recommendations']} recommendations"
    )


async def invite_people(job: Job) -> str:
    """Bodies and people, and a token for each of them."""
    administrator = job.people["administrator"]
    world = material.read("arvenia")["bodies"]
    for body in (*BODIES, "network"):
        facts = world[body]
        made = await job.client.do(
            administrator,
            "createOrganisation",
            "Organisation { id }",
            kind=facts["kind"],
            names=both(facts["names"]),
        )
        job.bodies[body] = made["id"]
    wanted = [f"{body}.{post}" for body, (_, posts) in BODIES.items() for post in posts]
    for name in (*wanted, *STAFF):
        body, _, post = name.partition(".")
        person = world[body]["people"][post]
        made = await job.client.do(
            administrator,
            "createPerson",
            "Person { id }",
            displayName=f"{person['en']}, {world[body]['short']}",
            organisationId=job.bodies[body],
            function=person["en"],
        )
        job.people[name] = await job.house.caller(made["id"], name)
    return f"{len(job.bodies)} bodies and {len(wanted) + len(STAFF)} people, shown as functions"


async def open_dialogue(job: Job) -> str:
    """A lab, a dialogue without waiting times, and a delegation with a mandate at each level."""
    administrator, said = job.people["administrator"], material.read("lab")
    levels = material.read("arvenia")["levels"]
    lab = await job.client.do(
        administrator,
        "createLab",
        "Lab { id }",
        names=both(said["names"]),
        purposes=both(said["purposes"]),
        languages=["en", "fr"],
        levels=[{"code": code, "names": both(names)} for code, names in levels.items()],
    )
    job.lab = lab["id"]
    made = await job.client.do(
        administrator,
        "createDialogue",
        "Dialogue { id }",
        labId=job.lab,
        templateId="multilevel-policy-lab",
        questions=both(SAID["question"]),
        scopes=both(SAID["scope"]),
        languages=["en", "fr"],
        days=[{"key": key, "days": 0} for key in ("notice", "homeConsultation", "statements")],
    )
    job.dialogue = made["id"]
    for name, role in zip(STAFF, ("MODERATOR", "RAPPORTEUR", "SECRETARIAT"), strict=True):
        await job.client.do(
            administrator,
            "grantRole",
            "Grant { id }",
            dialogueId=job.dialogue,
            personId=job.who(name).id,
            role=role,
        )
    for body in BODIES:
        await _seat(job, body)
    return f"{len(BODIES)} delegations at {len(levels)} levels of government, one ad referendum"


async def _seat(job: Job, body: str) -> None:
    level, posts = BODIES[body]
    made = await job.client.do(
        job.moderator,
        "createDelegation",
        "Delegation { id }",
        dialogueId=job.dialogue,
        organisationId=job.bodies[body],
        level=level,
    )
    job.delegations[body] = made["id"]
    for place, post in enumerate(posts):
        await job.client.do(
            job.moderator,
            "seatDelegate",
            "Delegate { id }",
            delegationId=made["id"],
            personId=job.who(f"{body}.{post}").id,
            head=place == 0,
        )
    await _mandate(job, body, ad_referendum=body == "ministry")


async def _mandate(job: Job, body: str, *, ad_referendum: bool) -> None:
    today = datetime.now(UTC).date()
    said = SAID["delegations"][body]["mandate"]
    await job.client.do(
        job.who(f"{body}.{BODIES[body][1][0]}"),
        "fileMandate",
        "Mandate { id }",
        delegationId=job.delegations[body],
        issuingBody=said["body"],
        issuedOn=(today - timedelta(days=30)).isoformat(),
        validFrom=(today - timedelta(days=30)).isoformat(),
        scope=said["scope"],
        limits=said.get("limits", ""),
        adReferendum=ad_referendum,
    )


async def hold_session(job: Job) -> str:
    """Notice, framing with evidence, a session with quorum at each level, agreed options."""
    client, moderator = job.client, job.moderator
    await client.do(
        moderator,
        "sendConvocation",
        "Dialogue { id }",
        dialogueId=job.dialogue,
        agenda=SAID["notice"],
        place=SAID["meeting"]["place"],
    )
    await job.go("framing")
    results = await client.ask(
        moderator, "{ assessments(first: 200) { nodes { id answeredOn territory { name } } } }"
    )
    [result] = [
        each["id"]
        for each in results["assessments"]["nodes"]
        if each["territory"]["name"] == "Marrow Bay" and each["answeredOn"] == "2025-03"
    ]
    await client.do(
        job.who("marrow-bay.coordinator"),
        "attachAssessment",
        "Dialogue { id }",
        dialogueId=job.dialogue,
        assessmentId=result,
    )
    await job.state("FRAMING_SETTLED", SAID["framing"])
    await job.go("session")
    held = await _session(job)
    await job.state("OPTIONS_AGREED", SAID["options"])
    await job.go("drafting")
    return f"quorum at {held} levels; minutes approved; options agreed"


async def _session(job: Job) -> int:
    client, moderator, said = job.client, job.moderator, SAID["meeting"]
    meeting = await client.do(
        moderator,
        "planMeeting",
        "Meeting { id }",
        dialogueId=job.dialogue,
        titles=both(said["title"]),
        startsAt=datetime.now(UTC).isoformat(),
        place=said["place"],
        agenda=[item["en"] for item in said["agenda"]],
    )
    this = {"meetingId": meeting["id"]}
    await client.do(moderator, "openMeeting", "Meeting { id }", **this)
    for delegation in job.delegations.values():
        await client.do(
            job.rapporteur,
            "recordAttendance",
            "Meeting { id }",
            **this,
            delegationId=delegation,
            present=True,
        )
    closed = await client.do(moderator, "closeMeeting", "Meeting { id quorum { met } }", **this)
    await client.do(job.rapporteur, "writeMinutes", "Minutes { id }", **this, text=said["minutes"])
    await client.do(moderator, "approveMinutes", "Minutes { id }", **this)
    return sum(level["met"] for level in closed["quorum"])


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
    for number in range(20):
        one.words(here).__iadd__(f" They meet once a term ({number + 1})." if number == 0 else ".")
        other.words(there).__iadd__(" It is open on two evenings a week." if number == 0 else ".")
        await asyncio.sleep(0.01)
    await until(lambda: one.plain() == other.plain(), "both see the same text")
    await other.lose_connection()
    other.words(there).__iadd__(" (Written without a connection.)")
    one.words(here).__iadd__(" (Written meanwhile.)")
    apart = one.plain() != other.plain()
    await other.join()
    await until(lambda: one.plain() == other.plain(), "the text is whole again")
    whole = "without a connection" in one.plain() and "Written meanwhile" in other.plain()
    if not (apart and whole):
        raise StepFailed("Words were lost between the two editors.")
    await _tidy(one, here, "They meet once a term (1).")
    await _tidy(one, there, "It is open on two evenings a week.")
    await until(lambda: one.plain() == other.plain(), "the text is tidied for both")
    await one.leave()
    await other.leave()
    await _projected(job, here, "They meet once a term")
    return "41 changes of two editors, 1 of them made without a connection; none lost"


async def _tidy(editor: Coeditor, section: str, keep: str) -> None:
    """Leave one sentence of what was written for trying."""
    run = editor.words(section)
    text = str(run)
    end = len(text[: text.index(keep) + len(keep)].encode())
    with editor.doc.transaction():
        del run[end : len(text.encode())]


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
    editor.suggest(await job.clause("binds-nobody"), "within six months", "by the summer", signed)
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
    await until(lambda: "by the summer" in editor.plain(), "the accepted words arrive")
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
        f"1 amendment merged in 2 languages, {confirmed} link confirmed for its new words;"
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


async def take_positions(job: Job) -> str:
    """A reservation, an ad referendum that is confirmed once its mandate is there, a support."""
    client = job.client
    await job.go("positions")
    opened = await client.do(job.moderator, "openProcedure", "Procedure { id }", setId=job.set_id)
    job.procedure = opened["id"]
    on, wanted = {"setId": job.set_id}, "Position { id state }"
    drafted = await client.do(
        job.who("marrow-bay.coordinator"), "draftPosition", wanted, **on, stance="SUPPORT",
        statement="The city supports the text.",
    )  # fmt: skip
    deputy, this = job.who("marrow-bay.deputy"), {"positionId": drafted["id"]}
    await client.do(deputy, "clearPosition", wanted, **this)
    await client.do(deputy, "releasePosition", wanted, **this)
    await client.do(
        job.who("north-vale.director"), "takePosition", wanted, **on,
        stance="SUPPORT_WITH_RESERVATION", statement="The region supports the text as a whole.",
        reservations=SAID["positions"][1]["reservations"],
    )  # fmt: skip
    referendum = await client.do(
        job.who("ministry.head"), "takePosition", wanted, **on, stance="SUPPORT",
        statement="Subject to the minister’s approval.", adReferendum=True,
    )  # fmt: skip
    await _mandate(job, "ministry", ad_referendum=False)
    await client.do(
        job.who("ministry.head"), "confirmPosition", wanted, positionId=referendum["id"]
    )
    return "drafted, cleared and released; 1 reservation; 1 ad referendum, confirmed"


async def decide(job: Job) -> str:
    """Close under PER_LEVEL_ASSENT(CONSENSUS), seal the record."""
    await job.go("decision")
    closed = await job.client.do(
        job.moderator,
        "closeProcedure",
        "Procedure { id rule { code inner } verdict { outcome sentence } record { id } }",
        procedureId=job.procedure,
    )
    rule = f"{closed['rule']['code']}({closed['rule']['inner']})"
    if rule != "PER_LEVEL_ASSENT(CONSENSUS)" or closed["verdict"]["outcome"] != "ADOPTED":
        raise StepFailed(f"{rule}: {closed['verdict']}")
    job.record = closed["record"]["id"]
    sealed = await job.client.do(
        job.moderator,
        "sealRecord",
        "DecisionRecord { identifier hash verified }",
        recordId=job.record,
        reasons="Each level assents. The reservation of North Vale stands in the record.",
    )
    if not sealed["verified"]:
        raise StepFailed("The house does not hold its own seal for true.")
    return f"adopted under {rule}; {sealed['identifier']} sealed, SHA-256 {sealed['hash'][:12]}…"


async def export_files(job: Job) -> str:
    """Every kind in English, in French, and in both beside each other."""
    wanted = [(kind, languages) for kind in KINDS for languages in ("en", "fr")]
    wanted += [("pdf", "en,fr")]
    room = asyncio.Semaphore(2)

    async def one(kind: str, languages: str) -> None:
        address = f"/files/exports/{job.set_id}/{kind}?languages={languages}"
        async with room:
            data = await job.client.download(job.who("north-vale.director"), address)
        if len(data) < 200:
            raise StepFailed(f"{kind} in {languages} is empty.")
        keep(job, kind, languages, data)

    await asyncio.gather(*(one(kind, languages) for kind, languages in wanted))
    job.files.sort(key=lambda file: file["path"])
    return f"{len(job.files)} files in {len(KINDS)} kinds"


ENDINGS = {"markdown": "md", "akoma-ntoso": "akn.xml", "json-ld": "jsonld"}


def keep(job: Job, kind: str, languages: str, data: bytes) -> None:
    """Leave a file in the folder of the run."""
    path = f"text.{languages.replace(',', '-')}.{ENDINGS.get(kind, kind)}"
    (job.out / path).write_bytes(data)
    job.files.append({"kind": kind, "language": languages, "path": path})


async def check_record(job: Job) -> str:
    """Publish the record, take its package away, and verify it offline with the public key."""
    await job.go("publication")
    published = await job.client.do(
        job.who("network.secretariat"),
        "publishRecord",
        "DecisionRecord { publication packageUrl identifier }",
        recordId=job.record,
    )
    data = await job.client.download(job.moderator, published["packageUrl"])
    key = (await job.client.download(None, "/log/key")).decode().strip()
    job.record_path = f"{published['identifier']}.zip"
    (job.out / job.record_path).write_bytes(data)
    (job.out / "service-key.txt").write_text(f"{key}\n", "ascii")
    held = verify_record.verify(data, [key])
    altered = bytearray(data)
    altered[len(data) // 2] ^= 1
    try:
        verify_record.verify(bytes(altered), [key])
    except verify_record.Altered:
        job.verified = bool(held)
    if not job.verified:
        raise StepFailed("The package verifies although a byte of it was changed.")
    return f"{job.record_path} verifies offline; with one byte changed it does not"


async def show_coverage(job: Job) -> str:
    """For each recommendation, where it is answered."""
    query = (
        "query($id: ID!) { dialogue(id: $id) { coverage { answered partly open declined referred"
        " rows { state recommendation { number text } links { number kind } } } } }"
    )
    found = await job.client.ask(job.moderator, query, id=job.dialogue)
    coverage = found["dialogue"]["coverage"]
    path = job.out / "coverage.json"
    path.write_bytes(orjson.dumps(coverage, option=orjson.OPT_INDENT_2))
    return (
        f"{len(coverage['rows'])} recommendations: {coverage['answered']} answered,"
        f" {coverage['partly']} in part, {coverage['open']} open"
    )


STEPS = {
    "Load the INDEX reference data and an invented result": load_evidence,
    "Invite bodies and people": invite_people,
    "Open a lab and a dialogue with mandates of three levels": open_dialogue,
    "Send the notice, frame the question, hold the session": hold_session,
    "Import a Word text in English and French": import_text,
    "Write together, one of two losing the connection": write_together,
    "Remark, note, suggest and accept": discuss,
    "Link clauses to recommendations and freeze": link_and_freeze,
    "Table an amendment, merge it, freeze the final text": amend,
    "Take positions": take_positions,
    "Decide with the assent of each level and seal the record": decide,
    "Export the text in every kind and language": export_files,
    "Publish the record and verify it offline": check_record,
    "Show what became of each recommendation": show_coverage,
}


def both(words: dict[str, str]) -> list[dict[str, str]]:
    """A text by language as the API takes it."""
    return [{"language": language, "text": text} for language, text in words.items()]


def coedit_url(job: Job, language: str) -> str:
    """Where a draft is written live."""
    return f"{job.client.url.replace('http', 'ws', 1)}/coedit/{job.drafts[language]}"
