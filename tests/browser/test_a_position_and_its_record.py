"""Two people write in one draft while a third takes a position; what follows is closed, sealed, and
found again by the reader's own browser."""

from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import text

from policylab.decisions.rules import Rule, RuleCode
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance
from tests import make
from tests.browser.conftest import enter, violations
from tests.decisions import deciding
from tests.serving import Served

STATEMENT = "The city can begin in spring, in three districts."
PATIENCE = 20_000
"""Milliseconds; a busy machine takes its time."""
REASONS = "Every level has said that it will do its part."


@pytest.fixture
async def rooms(house: Served) -> AsyncGenerator[Database]:
    """The database of the house, to set the scene."""
    database = await Database.connect(house.database_url, size=2)
    yield database
    await database.close()


async def test_while_two_write_a_third_takes_a_position_and_the_decision_is_sealed(
    chromium: Browser, house: Served, rooms: Database
) -> None:
    table, frozen = await waiting_for_the_city(rooms)
    writer, reader = await two_in_one_draft(chromium, house)
    words = f"Rooms stay open in the evening {uuid4().hex[:6]}."
    await writer.keyboard.type(words)

    city = await enter(chromium, house, name_of(table, "CITY"))
    matrix = await city.new_page()
    await matrix.goto(f"/texts/{to_global('VersionSet', frozen.set_id)}/positions")
    await take_position(matrix)

    await expect(reader.get_by_role("textbox", name="Text of")).to_contain_text(
        words, timeout=PATIENCE
    )
    await sees(writer.get_by_text("Stored", exact=True))

    await make.enter(rooms, table, "decision")
    moderator = await enter(chromium, house, "Moderator of the test")
    page = await moderator.new_page()
    await close(page, to_global("Dialogue", table.dialogue_id))
    await seal(page)
    await page.get_by_role("button", name="Verify").click()
    await sees(page.get_by_text("This is what was sealed"))
    await sees(page.get_by_text(STATEMENT))
    package = page.get_by_role("link", name="Download the package")
    answer = await page.request.get(await package.get_attribute("href") or "")
    assert (await answer.body()).startswith(b"PK")


async def waiting_for_the_city(database: Database) -> tuple[make.Table, deciding.Text]:
    """A procedure in which everybody but the city has spoken."""
    table = await make.table(database)
    frozen = await deciding.freeze(database, table)
    await deciding.open_procedure(database, table, frozen, Rule(code=RuleCode.CONSENSUS))
    for body in ("REGION", "MINISTRY"):
        await deciding.take(database, table, frozen, body, Stance.SUPPORT)
    await invent(database, table.head("CITY"), name_of(table, "CITY"))
    await invent(database, table.moderator, "Moderator of the test")
    return table, frozen


def name_of(table: make.Table, body: str) -> str:
    return f"Head of the {body.lower()} {str(table.dialogue_id)[-6:]}"


async def invent(database: Database, viewer: Viewer, name: str) -> None:
    """Let somebody sign in as the demo people do."""
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        await connection.execute(
            text("UPDATE person SET illustrative = true, display_name = :name WHERE id = :id"),
            {"id": viewer.person_id, "name": name},
        )


async def two_in_one_draft(chromium: Browser, house: Served) -> tuple[Page, Page]:
    """Two windows on one draft of the demo; the first one's cursor is at its end."""
    first = await enter(chromium, house, "North Vale")
    second = await enter(chromium, house, "Marrow Bay")
    writer, reader = await first.new_page(), await second.new_page()
    await writer.goto("/")
    dialogue = writer.get_by_role("link", name="Children who arrive").first
    await writer.goto(await dialogue.get_attribute("href") or "")  # lists may move as news come in
    await writer.get_by_role("list", name="Texts").get_by_role("link").first.click()
    await writer.locator("a[href^='/drafts/']").first.click()
    await writer.wait_for_url("**/drafts/*")
    await reader.goto(writer.url)
    await writer.get_by_role("textbox", name="Text of").click()
    await writer.keyboard.press("Control+End")
    return writer, reader


async def take_position(page: Page) -> None:
    """Support the whole text, with a statement, and see it stand in the matrix."""
    await page.get_by_role("button", name="Take position on the text").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("radio", name="Support", exact=True).check()
    assert not await violations(page)
    await sheet.get_by_label("Statement").fill(STATEMENT)
    await sheet.get_by_role("button", name="Take position").click()
    await sees(sheet.get_by_text(STATEMENT))
    await page.keyboard.press("Escape")
    await sees(page.get_by_role("button", name="City, the whole text: Support"))
    await sees(page.get_by_text("As it stands: Adopted"))


async def close(page: Page, dialogue_id: str) -> None:
    """Count, by naming what is closed; the record opens."""
    await page.goto(f"/dialogues/{dialogue_id}/decisions")
    await page.get_by_role("button", name="Close the procedure").click()
    await confirm(page.get_by_role("dialog"), "Close the procedure")
    await page.wait_for_url("**/records/*")


async def seal(page: Page) -> None:
    """Give the reasons and set the seal."""
    await page.get_by_role("button", name="Seal the record").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Statement of reasons").fill(REASONS)
    assert not await violations(page)
    await confirm(dialog, "Seal")
    await sees(page.get_by_role("heading", name="Sealed"))
    await sees(page.get_by_text(REASONS))


async def sees(what: Locator) -> None:
    await expect(what).to_be_visible(timeout=PATIENCE)


async def confirm(dialog: Locator, verb: str) -> None:
    """Write the name that the dialog asks for, then do it."""
    field = dialog.get_by_label("To go on, write:")
    asked = await dialog.get_by_text("To go on, write:").inner_text()
    await field.fill(asked.partition(":")[2].strip())
    await dialog.get_by_role("button", name=verb, exact=True).click()
