"""Which mandate a position rests on (invariant 3)."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.labs import mandates_of
from policylab.labs.rules import carries
from policylab.labs.situation import facts_of_mandates


async def mandate_for(
    session: AsyncSession, delegation_id: UUID, *, level: str, document_id: UUID, now: datetime
) -> UUID | None:
    """A mandate of the delegation that is valid today and covers the document, if any."""
    mandates = (await mandates_of(session, [delegation_id])).get(delegation_id, [])
    for mandate, facts in zip(mandates, facts_of_mandates(mandates), strict=True):
        if carries(facts, on=now.date(), level=level, subject=document_id):
            return mandate.id
    return None
