"""`policylab demo-run`: the main job from end to end on a house of its own, with a summary."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from policylab.demo.main_job import STEPS, Job, StepFailed, own_house

SUMMARY = "summary.json"
FIRST = "Set an empty house up and serve it"


@dataclass
class Telling:
    """Says what is done and how long it took, and keeps it for the summary."""

    quiet: bool
    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    steps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @contextmanager
    def step(self, name: str) -> Generator[list[str]]:
        """One step; what is put into the list is told behind its name."""
        said: list[str] = []
        began = time.perf_counter()
        ok = False
        try:
            if self.quiet:
                yield said
            else:
                with self.console.status(f"{name} …"):
                    yield said
            ok = True
        finally:
            seconds = round(time.perf_counter() - began, 3)
            self.steps.append({"name": name, "seconds": seconds, "ok": ok})
            if not self.quiet:
                sign = "[green]✓[/]" if ok else "[red]✗[/]"
                self.console.print(f"{sign} {seconds:6.2f} s  {name}")
                for line in said:
                    self.console.print(
                        f"            {line}", style="dim", markup=False, soft_wrap=True
                    )


def main(out: Path, *, as_json: bool) -> int:
    """Run it; leaves DIR/summary.json and the files. 0 only when every step went well."""
    out.mkdir(parents=True, exist_ok=True)
    telling, made = Telling(quiet=as_json), Made()
    try:
        asyncio.run(_run(out, telling, made))
    except StepFailed as problem:
        made.failure = str(problem)
        telling.console.print(made.failure, style="red", markup=False)
    finally:
        summary = made.summary(telling)
        data = orjson.dumps(summary, option=orjson.OPT_INDENT_2)
        (out / SUMMARY).write_bytes(data + b"\n")
    if as_json:
        print(data.decode())
    else:
        total = sum(step["seconds"] for step in telling.steps)
        well = "All went well" if _well(summary) else "It did NOT go well"
        telling.console.print(
            f"{well}: {total:.1f} s; the files are in {out}", markup=False, soft_wrap=True
        )
    return 0 if _well(summary) else 1


@dataclass
class Made:
    """What there is to tell at the end, however far the run came."""

    job: Job | None = None
    failure: str | None = None

    def summary(self, telling: Telling) -> dict[str, Any]:
        """What summary.json says."""
        job = self.job
        return {
            "steps": telling.steps,
            "files": job.files if job else [],
            "record": (job.record_path or None) if job else None,
            "verified": bool(job and job.verified),
            **({"failure": self.failure} if self.failure else {}),
        }


def _well(summary: dict[str, Any]) -> bool:
    done = [step["ok"] for step in summary["steps"]]
    return len(done) == len(STEPS) + 1 and all(done) and summary["verified"]


async def _run(out: Path, telling: Telling, made: Made) -> None:
    """Every step, until one fails."""
    async with AsyncExitStack() as closing:
        with telling.step(FIRST) as said:
            house = await closing.enter_async_context(own_house())
            said.append(f"an empty database and {house.client.url}, both only for this run")
        made.job = Job(house, out)
        for name, work in STEPS.items():
            with telling.step(name) as said:
                said.append(await work(made.job))
