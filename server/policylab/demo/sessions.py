"""Notices and sessions of the demo: planned, opened, attended, closed, with minutes that stand."""

from datetime import UTC, datetime

from policylab import labs, meetings
from policylab.demo.table import Table
from policylab.demo.text import Said


async def invite(table: Table) -> None:
    """Send the notice of meeting with its agenda."""
    await table.stage.act(
        table.moderator,
        labs.send_notice,
        dialogue_id=table.id,
        agenda=table.said["notice"],
        place=table.said["meeting"]["place"],
    )


async def hold(table: Table, said: Said, *, minutes_by: str) -> None:
    """Hold a session, and approve its minutes."""
    act, moderator = table.stage.act, table.moderator
    meeting_id = await act(
        moderator,
        meetings.plan_meeting,
        dialogue_id=table.id,
        titles=said["title"],
        starts_at=datetime.now(UTC),
        place=said["place"],
        agenda=[f"{item['en']} / {item['fr']}" for item in said["agenda"]],
    )
    await act(moderator, meetings.open_meeting, meeting_id=meeting_id)
    for body, delegation_id in table.delegations.items():
        await act(
            minutes_by,
            meetings.record_attendance,
            meeting_id=meeting_id,
            delegation_id=delegation_id,
            present=body not in said.get("absent", ()),
        )
    await act(moderator, meetings.close_meeting, meeting_id=meeting_id)
    await act(minutes_by, meetings.write_minutes, meeting_id=meeting_id, text=said["minutes"])
    await act(moderator, meetings.approve_minutes, meeting_id=meeting_id)
