"""What a frozen text can be downloaded as, as clients see it."""

from policylab.export import KINDS
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from tests import make
from tests.api.asking import ask
from tests.decisions import deciding

OFFERS = "query($id: ID!) { versionSet(id: $id) { exports { kind languages url } } }"


async def test_every_kind_is_offered_in_the_languages_of_the_set_to_those_who_see_it(
    database: Database,
) -> None:
    table = await make.table(database, languages=("en", "fr"))
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    key = to_global("VersionSet", frozen.set_id)
    offers = (await ask(database, table.observer, OFFERS, id=key))["versionSet"]["exports"]
    assert [offer["kind"] for offer in offers] == [kind.value for kind in KINDS]
    assert all(offer["languages"] == ["en", "fr"] for offer in offers)
    assert offers[0]["url"] == f"/files/exports/{key}/pdf"
    assert (await ask(database, table.outsider, OFFERS, id=key))["versionSet"] is None
