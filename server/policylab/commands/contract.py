"""What others build on, printed and checked: schema, operations, workflows, settings."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from policylab.commands.common import AsJson, File, fail, notes, say
from policylab.settings import PREFIX, Settings

app = typer.Typer()
Check = Annotated[bool, typer.Option("--check", help="Only say what is stale; exit code 1.")]


@app.command("print-schema")
def print_schema(check: Check = False) -> None:
    """Write schema/schema.graphql, schema/persisted.json and workflows/template.schema.json."""
    from policylab import process
    from policylab.api import operations, schema
    from policylab.published import schema_folder, workflows_folder

    folder = schema_folder()
    try:
        persisted = operations.print_persisted(folder / "operations")
    except ValueError as problem:
        fail(f"schema/operations: {problem}")
    printed = {
        folder / "schema.graphql": schema.print_schema(),
        folder / "persisted.json": persisted,
        workflows_folder() / "template.schema.json": process.printed_schema(),
    }
    stale = [path for path, text in printed.items() if _read(path) != text]
    if check and stale:
        names = ", ".join(f"{path.parent.name}/{path.name}" for path in stale)
        fail(f"Stale: {names}. Run ./lab print-schema and commit what it writes.")
    for path in stale:
        path.write_text(printed[path], "utf-8")
        say(f"{path.parent.name}/{path.name} written")


@app.command("print-reference")
def print_reference(check: Check = False) -> None:
    """Write docs/reference/: every query, mutation, type and code, from the schema itself."""
    from policylab.api import reference
    from policylab.published import CHECKOUT

    folder = CHECKOUT / "docs" / "reference"
    if not folder.parent.is_dir():
        fail("The pages are printed in a checkout, where docs/ is.")
    printed = {folder / name: text for name, text in reference.pages().items()}
    stale = [path for path, text in printed.items() if _read(path) != text]
    if check and stale:
        names = ", ".join(path.name for path in stale)
        fail(f"Stale in docs/reference: {names}. Run policylab print-reference and commit it.")
    folder.mkdir(exist_ok=True)
    for path in stale:
        path.write_text(printed[path], "utf-8")
        say(f"docs/reference/{path.name} written")


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None


@app.command()
def plan(file: File) -> None:
    """Show what a GraphQL document reads: each field's origin, access rule and statement."""
    from policylab.api import planning

    try:
        print(planning.plan(file.read_text("utf-8")))
    except (planning.BadDocument, UnicodeDecodeError) as problem:
        fail(f"{file.name}: {problem}")


@app.command("check-workflows")
def check_workflows(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Template files; all, if none.")
    ] = None,
) -> None:
    """Say what is wrong with workflow templates, file by file."""
    from policylab.process import BadTemplate, load_file
    from policylab.published import workflows_folder

    wrong: list[str] = []
    paths = files or sorted(workflows_folder().glob("*.yaml"))
    for path in paths:
        try:
            load_file(path)
        except OSError as problem:
            wrong.append(f"{path}: {problem.strerror}")
        except BadTemplate as bad:
            wrong += bad.problems
    if wrong:
        fail("\n".join(wrong))
    say(f"{len(paths)} templates are well made.")


@app.command()
def settings(as_json: AsJson = False) -> None:
    """List every setting: its variable, the value in force, and what it means."""
    values = Settings().model_dump(mode="json")
    secret = {"database_url", "owner_database_url", "secret_key", "oidc_client_secret"}
    shown = {name: "(set)" if name in secret and value else value for name, value in values.items()}
    if as_json:
        print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
        return
    from rich.table import Table

    table = Table("Variable", "Value", "Meaning", box=None, pad_edge=False)
    for name, field in Settings.model_fields.items():
        value = "" if shown[name] is None else str(shown[name])
        table.add_row(PREFIX + name.upper(), value, field.description or "")
    notes().print(table)
