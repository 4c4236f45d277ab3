"""The workflow templates on disk: read, checked against their schema, kept by id.

Reading them takes a tenth of a second, and what reads and checks them is brought along only then:
a server whose dialogues are all open already does without. Whoever serves others meanwhile asks in
a thread (`shipped`).
"""

import asyncio
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from policylab.process.checks import findings
from policylab.process.schema import template_schema
from policylab.process.template import Template, read_template
from policylab.published import workflows_folder


class BadTemplate(Exception):
    """A workflow file that is not what it should be; each finding says where."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def problems_of(data: Any) -> list[str]:
    """What is wrong with a template's data; nothing when it is well made."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(template_schema())
    found: list[Any] = list(validator.iter_errors(data))  # pyright: ignore[reportUnknownMemberType]
    errors = sorted(found, key=lambda error: list(map(str, error.path)))
    if errors:
        return [f"{'/'.join(map(str, error.path)) or '(top)'}: {error.message}" for error in errors]
    return findings(read_template(data))


def load_file(path: Path) -> dict[str, Any]:
    """The data of one template file, or BadTemplate."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise BadTemplate([f"{path.name}: {error}"]) from error
    problems = problems_of(data)
    if problems:
        raise BadTemplate([f"{path.name}: {problem}" for problem in problems])
    return data


@lru_cache(maxsize=1)
def bodies() -> dict[str, dict[str, Any]]:
    """The data of every shipped template, by id."""
    loaded = [load_file(path) for path in sorted(workflows_folder().glob("*.yaml"))]
    return {data["id"]: data for data in loaded}


async def shipped() -> dict[str, dict[str, Any]]:
    """The same, read without keeping others waiting."""
    return await asyncio.to_thread(bodies)


def templates() -> dict[str, Template]:
    """Every shipped template, by id."""
    return {name: template_of(body) for name, body in bodies().items()}


_READ: dict[str, Template] = {}


def template_of(body: dict[str, Any], digest: str | None = None) -> Template:
    """The template of a copied body. Reading one takes a moment, so it is kept by its digest."""
    key = digest or digest_of(body)
    if key not in _READ:
        if len(_READ) > 200:
            _READ.clear()
        _READ[key] = read_template(body)
    return _READ[key]


def known_template(digest: str) -> Template | None:
    """The template of this digest, if its body has been read here before."""
    return _READ.get(digest)


def digest_of(body: dict[str, Any]) -> str:
    """A fingerprint of a template's data, by which equal copies are known."""
    written = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
