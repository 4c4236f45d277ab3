"""The feed of signed heads of the record log: whoever keeps them can prove that nothing was
rewritten (promise R4). It says how long the log is and nothing of what is in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions import heads_signed
from policylab.feeds import atom
from policylab.feeds.rules import BEGINNING, PAGE, PageAsked
from policylab.kit.canonical import canonical_json
from policylab.kit.late import late

PATH = "/feeds/log.atom"
TITLE = "Signed heads of the record log"
SUBTITLE = "Keep them: a log that was rewritten fails against any earlier head."


async def heads_feed(
    session: AsyncSession, *, base: str, page: PageAsked
) -> tuple[bytes, datetime | None]:
    """A page of the feed, and when the latest head was signed."""
    heads, total = await heads_signed(session, skip=page.skip, most=PAGE)
    page.check(total)
    newest = heads if page.number == 1 else (await heads_signed(session, most=1))[0]
    latest = _at(newest[0].value) if newest else None
    feed = atom.Feed(
        base=base,
        path=PATH,
        title=TITLE,
        subtitle=SUBTITLE,
        language="en",
        updated=latest or BEGINNING,
        page=page,
        total=total,
    )
    await late("policylab.feeds.atom_xml")
    from policylab.feeds.atom_xml import written

    return written(feed, (_item(head.value, head.signature, base) for head in heads)), latest


def _item(head: dict[str, Any], signature: str, base: str) -> atom.Item:
    size, at = int(head["size"]), _at(head)
    whole = canonical_json({"head": head, "signature": signature}).decode()
    return atom.Item(
        id=atom.tag_of(base, f"log/{head['log']}/{size}"),
        title=(f"The log at {size:,} entries", "en"),
        updated=at,
        published=at,
        author="Policy Lab",
        summary=(f"Root {head['root']}", "en"),
        paragraphs=[(whole, "en")],
        links=[
            ("alternate", f"{base}/log/head?size={size}", "application/json", "The signed head")
        ],
    )


def _at(head: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(head["at"]))
