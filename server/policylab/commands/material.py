"""What goes in and comes out as files: INDEX data, texts, exports, records, backups."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer

from policylab.commands.common import AsJson, File, enter, fail, person_called, say, with_database
from policylab.kit.db import Database
from policylab.kit.viewer import Viewer
from policylab.settings import Settings

app = typer.Typer()
As = Annotated[str, typer.Option("--person", help="In whose name: id, mail address or name.")]
KEY_BESIDE = "service-key.txt"


async def _viewer(database: Database, person: str) -> Viewer:
    """This person, signed in at this moment: whoever runs the house may act for anybody."""
    chosen = await person_called(database, person)
    return Viewer(person_id=chosen.id, administrator=chosen.administrator, locale=chosen.locale)


@app.command()
def verify(
    record: File,
    key: Annotated[
        list[str] | None, typer.Option(help="A key of the service that you trust: digits or file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a record package offline: exit code 0 when everything holds, 1 when it does not."""
    from policylab.decisions import verify_record

    keys = key or _known_keys(record)
    arguments = [str(record), *(part for each in keys for part in ("--key", each))]
    raise SystemExit(verify_record.main([*arguments, "--json"] if as_json else arguments))


def _known_keys(record: Path) -> list[str]:
    """Without a key given: this installation's own, and one that lies beside the record."""
    from policylab.decisions.signing import open_signer

    settings = Settings()
    found: list[str] = []
    beside = record.with_name(KEY_BESIDE)
    if beside.is_file():
        say(f"Trusting the key in {KEY_BESIDE} beside the record. Is it from who you think?")
        found.append(str(beside))
    file = settings.signing_key()
    if file.exists():
        found.append(open_signer(file).public)
    if not found:
        fail("Give the service's public key with --key; it is published at /log/key.")
    return found


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; a file there is replaced.")],
) -> None:
    """Write the whole database to one file. The key that seals records is not in it."""
    from policylab import keeping

    entered = enter()
    try:
        size = keeping.backup(entered, file)
    except keeping.KeepingFailed as problem:
        fail(str(problem))
    finally:
        entered.leave()
    say(f"{file} written, {size / 1e6:.1f} MB. Keep a copy of the signing key apart from it.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `policylab backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete what is there.")] = False,
) -> None:
    """Put a backup back into an empty database, and examine it."""
    from policylab import keeping

    entered = enter()
    try:
        asyncio.run(keeping.restore(entered, file, replace=replace))
    except keeping.KeepingFailed as problem:
        fail(str(problem))
    finally:
        entered.leave()
    say(f"{file} is back.")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Examine database settings, rights, audit chains and the record log; exit code 1 if ill."""
    from policylab import doctor as surgery
    from policylab import premises

    entered = enter()
    try:
        asyncio.run(premises.check_reachable(entered.settings))
        findings = asyncio.run(surgery.examine(entered.settings))
    finally:
        entered.leave()
    if as_json:
        print(orjson.dumps(findings, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in findings:
            print(f"{'well' if each.well else 'ILL '}  {each.what}")
            if not each.well:
                print(f"      {each.advice}")
    if any(each.grave and not each.well for each in findings):
        raise SystemExit(1)


@app.command("import-index")
def import_index(file: File, person: As) -> None:
    """Load INDEX results or recommendations from JSON or CSV; wrong lines change nothing."""
    from policylab import index

    async def run(database: Database, settings: Settings) -> str:
        viewer = await _viewer(database, person)
        async with database.write(viewer) as uow:
            return str(await index.import_file(uow, viewer, name=file.name, data=file.read_bytes()))

    say(with_database(run))


@app.command("import-text")
def import_text(
    file: File,
    document: Annotated[str, typer.Option(help="Id of the document, as addresses show it.")],
    language: Annotated[str, typer.Option(help="Which of its languages the file is in.")],
    person: As,
) -> None:
    """Make a Word, OpenDocument, HTML or Markdown file the draft of a document in one language."""
    from policylab import documents
    from policylab.kit.ids import key_of, to_global

    async def run(database: Database, settings: Settings) -> str:
        viewer, key = await _viewer(database, person), key_of(document, "Document")
        async with database.write(viewer) as uow:
            draft = await documents.import_text(
                uow,
                viewer,
                document_id=key,
                language=language,
                name=file.name,
                data=file.read_bytes(),
            )
        return to_global("Draft", draft.id)

    say(f"{file.name} is the text of the draft {with_database(run)}.")


@app.command()
def export(
    version_set: Annotated[str, typer.Argument(help="Id of a frozen text, as addresses show it.")],
    person: As,
    kind: Annotated[
        list[str] | None, typer.Option(help="pdf, docx, odt, html, markdown, … All when left out.")
    ] = None,
    languages: Annotated[
        str, typer.Option(help="One language, or two with a comma. All (two) when left out.")
    ] = "",
    out: Annotated[Path, typer.Option(help="The folder for the files.")] = Path(),
) -> None:
    """Take a frozen text away as files, with all that this person may see of it."""
    from policylab.export import KINDS
    from policylab.export import export as take_away
    from policylab.kit.ids import key_of

    wanted = [each.strip() for each in languages.split(",") if each.strip()]

    async def run(database: Database, settings: Settings) -> list[Path]:
        viewer, key = await _viewer(database, person), key_of(version_set, "VersionSet")
        made: list[Path] = []
        for each in kind or KINDS:
            file = await take_away(database, viewer, set_id=key, kind=each, languages=wanted)
            await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread((out / file.name).write_bytes, file.data)
            made.append(out / file.name)
        return made

    for path in with_database(run):
        say(str(path))


@app.command("demo-run")
def demo_run(
    out: Annotated[Path, typer.Option(help="The folder for the exported files.")],
    as_json: AsJson = False,
) -> None:
    """The main job from end to end on a database of its own; leaves the exported files."""
    from policylab.demo.run import main

    raise SystemExit(main(out, as_json=as_json))
