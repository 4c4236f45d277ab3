"""Everything that needs somebody in one dialogue, found from how things stand. Reads only."""

from datetime import UTC, datetime, time, timedelta

from policylab.notices import about_process, about_texts
from policylab.notices.rules import Need, one_of_each
from policylab.notices.scene import Scene

FINDERS = (
    about_texts.positions_due,
    about_texts.positions_prepared,
    about_texts.positions_to_confirm,
    about_texts.texts_changed,
    about_process.mandates_missing,
    about_texts.amendments,
    about_process.minutes_to_approve,
    about_process.phase,
    about_process.reports_due,
    about_process.convocations,
    about_process.roles_given,
    about_process.records_sealed,
    about_process.referred,
)


async def needs_in(scene: Scene) -> list[Need]:
    """Everything that needs somebody in this dialogue now."""
    found: list[Need] = []
    for find in FINDERS:
        found += await find(scene)
    return one_of_each(found)


def next_look(scene: Scene) -> datetime:
    """When time alone may change that: a deadline, a phase that opens, the next day."""
    tomorrow = (scene.now.astimezone(UTC) + timedelta(days=1)).date()
    moments = [datetime.combine(tomorrow, time(), UTC)]
    moments += [term.ends_at for term in scene.terms.values()]
    moments += [
        person.outlook.next_opens_at
        for person in scene.gathering.people[:1]
        if person.outlook.next_opens_at
    ]
    return min(moment for moment in moments if moment > scene.now)
