"""The first steps: evidence, people, a dialogue with mandates, and its session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from policylab import index
from policylab.demo import material
from policylab.demo.main_job.job import BODIES, SAID, STAFF, Job, both


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
        illustrative=True,
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
    await file_mandate(job, body, ad_referendum=body == "ministry")


async def file_mandate(job: Job, body: str, *, ad_referendum: bool) -> None:
    """Let the head of a delegation file its mandate, or that there is none yet."""
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
