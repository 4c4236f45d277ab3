"""The lines that a log for programs is told of, as they are told."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from policylab.kit.log import many


@contextmanager
def captured_lines() -> Generator[list[dict[str, Any]]]:
    """Lines of which there are many, instead of in the log."""
    lines: list[dict[str, Any]] = []
    with patch.object(many, "add", lambda event, **told: lines.append({"event": event, **told})):
        yield lines
