"""The last steps: positions, a sealed decision, files to take away, a record to verify."""

from __future__ import annotations

import asyncio

import orjson

from policylab.decisions import verify_record
from policylab.demo.main_job.client import StepFailed
from policylab.demo.main_job.job import SAID, Job
from policylab.demo.main_job.opening import file_mandate
from policylab.export import KINDS


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
    await file_mandate(job, "ministry", ad_referendum=False)
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
