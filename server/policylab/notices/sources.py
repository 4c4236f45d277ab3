"""Who may read notices: the person herself, while she may see what they are about."""

from policylab.kit.sources import Scope, Source
from policylab.notices.tables import Notice, NoticeLook

NOTICE = Source(
    Notice,
    Scope.all(
        Scope.person("person_id"),
        Scope.dialogue("dialogue_id"),
        Scope.any(Scope.where("{t}.closed_to IS NULL"), Scope.delegation("closed_to")),
    ),
    order=("created_at", "id"),
    leaves_with="person_id",
)
NOTICE_LOOK = Source(NoticeLook, Scope.system())
