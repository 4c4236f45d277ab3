"""From an empty house to a text being written, with a browser and nothing else."""

import asyncio
import re
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from policylab.commands.who import first_administrator_code
from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from tests.browser.conftest import violations
from tests.serving import Served

PHONE = {"width": 390, "height": 844}
TEXT = """# Language learning for newcomers

## Courses

Every municipality offers a course within six months of arrival.
"""


class Empty(NamedTuple):
    """A house that nobody has entered yet, and the code for whoever comes first."""

    served: Served
    code: str


@pytest.fixture
def empty_house(
    postgres_server: EmbeddedPostgres, template_database: str, tmp_path: Path
) -> Generator[Empty]:
    name = "house_first_user"
    postgres_server.create_database(name, template=template_database)
    url = postgres_server.url(name, SERVICE)

    async def code() -> str:
        database = await Database.connect(url, size=2, listen=False)
        try:
            return await first_administrator_code(database) or ""
        finally:
            await database.close()

    served = Served(url, tmp_path)
    made = asyncio.run(code())
    served.start()
    yield Empty(served, made)
    served.stop()


async def test_a_first_user_gets_from_an_empty_house_to_a_text_being_written(
    chromium: Browser, empty_house: Empty
) -> None:
    served, code = empty_house
    context = await chromium.new_context(base_url=served.url, locale="en-GB")
    page = await context.new_page()
    await come_in(page, code)
    await fill_the_address_book(page)
    await open_a_lab(page)
    await begin_a_dialogue(page)
    dialogue = page.url
    for name, link in (await invite(page)).items():
        await take_the_seat(chromium, served, link, name)
    await page.goto(dialogue)
    await move_on(page)
    await bring_a_text_in(page)


async def come_in(page: Page, code: str) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Welcome to an empty house")).to_be_visible()
    await page.get_by_label("Code").fill(code.lower())
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Set up your house")).to_be_visible()
    assert await violations(page) == []


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


async def send(page: Page, verb: str) -> None:
    """Press the dialog's button; it closes once the server has done it."""
    await dialog(page).get_by_role("button", name=verb).click()
    await expect(dialog(page)).to_be_hidden()


async def fill_the_address_book(page: Page) -> None:
    await page.get_by_role("link", name="Add organisations").click()
    bodies = {
        "Marrow Bay": "City or municipality",
        "North Vale": "Region",
        "Ministry of Inclusion": "Ministry",
    }
    for name, kind in bodies.items():
        await page.get_by_role("button", name="Add an organisation").click()
        await dialog(page).get_by_label("Name, English").fill(name)
        await dialog(page).get_by_label("Kind of body").select_option(label=kind)
        await send(page, "Add the organisation")
        await expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    await page.get_by_role("button", name="Change Administrator").click()
    await dialog(page).get_by_role("button", name="Add a post").click()
    await dialog(page).get_by_label("Organisation").select_option(label="Ministry of Inclusion")
    await dialog(page).get_by_label("Function, English").fill("Dialogue office")
    await dialog(page).get_by_role("button", name="Add the post").click()
    await send(page, "Done")
    await page.get_by_role("button", name="Add a person").click()
    await dialog(page).get_by_label("Name").fill("Secretary")
    await dialog(page).get_by_label("Organisation").select_option(label="Ministry of Inclusion")
    await dialog(page).get_by_label("Function").fill("Secretary of the dialogue")
    await send(page, "Add the person")
    await expect(page.get_by_text("Secretary of the dialogue")).to_be_visible()


async def open_a_lab(page: Page) -> None:
    await page.get_by_role("link", name="Labs", exact=True).click()
    await page.get_by_role("link", name="Create a lab").click()
    await page.get_by_role("button", name="Create the lab").click()
    assert page.url.endswith("/labs/new")  # without a name it is not sent
    await page.get_by_label("Name, English").fill("Arrival")
    await page.get_by_label("Name, French").fill("Arrivée")
    await page.get_by_label("Purpose, English").fill("All levels agree on how people arrive.")
    await page.get_by_role("button", name="Create the lab").click()
    await expect(page.get_by_role("heading", name="Arrival", exact=True)).to_be_visible()


async def begin_a_dialogue(page: Page) -> None:
    await page.get_by_role("link", name="Begin a dialogue").click()
    await page.get_by_role("radio", name="Multilevel policy lab").check()
    await page.get_by_role("button", name="Begin the dialogue").click()
    field = page.get_by_label("Question, English")
    await expect(field).to_have_attribute("aria-invalid", "true")  # refused at its field
    await field.fill("Who does what for language learning?")
    await page.get_by_label("Question, French").fill("Qui fait quoi pour la langue ?")
    await page.get_by_label("Scope, English").fill("Courses for adults in their first two years.")
    await page.get_by_label("Days of notice before the session").fill("0")
    await page.get_by_role("button", name="Begin the dialogue").click()
    await expect(page.get_by_role("heading", name="Who does what")).to_be_visible()


async def invite(page: Page) -> dict[str, str]:
    """Names a moderator and calls two delegations; the answer is the address for each head."""
    await page.get_by_role("link", name="People", exact=True).click()
    await page.get_by_role("button", name="Give a role").click()
    me = "Administrator · Dialogue office, Ministry of Inclusion"
    await dialog(page).get_by_label("Person").select_option(label=me)
    await send(page, "Give the role")
    links: dict[str, str] = {}
    for name, level in (("Marrow Bay", "Local"), ("North Vale", "Regional")):
        await page.get_by_role("button", name="Add a delegation").click()
        await dialog(page).get_by_label("Organisation").select_option(label=name)
        await dialog(page).get_by_label("Level of government").select_option(label=level)
        await send(page, "Add the delegation")
        await page.get_by_role("button", name=f"Invite by link: {name}").click()
        await dialog(page).get_by_label("Who").fill(f"Co-ordinator of {name}")
        await dialog(page).get_by_label("Function").fill("Integration co-ordinator")
        await dialog(page).get_by_label("Head of delegation").check()
        await dialog(page).get_by_role("button", name="Make the invitation").click()
        links[name] = await dialog(page).get_by_label("Invitation").input_value()
        await send(page, "Done")
    assert await violations(page) == []
    return links


async def take_the_seat(chromium: Browser, served: Served, link: str, name: str) -> None:
    """Somebody new opens the address on a phone, comes in, sits down and files a mandate."""
    context = await chromium.new_context(base_url=served.url, locale="en-GB", viewport=PHONE)
    guest = await context.new_page()
    await guest.goto(link)
    await guest.get_by_role("button", name="Come in").click()
    await guest.get_by_role("button", name="Take the seat").click()
    await guest.wait_for_url("**/dialogues/*")
    await guest.get_by_role("link", name="People", exact=True).click()
    await guest.get_by_role("button", name=f"File a mandate: {name}").click()
    await dialog(guest).get_by_label("Issued by").fill("Council")
    await dialog(guest).get_by_label("What you may agree to").fill("Courses and childcare.")
    await send(guest, "File the mandate")
    own = guest.get_by_role("region", name=name)
    await expect(own.get_by_text("mandate valid").first).to_be_visible()
    assert await violations(guest) == []
    await guest.goto(link)
    await guest.get_by_role("button", name="Take the seat").click()
    await expect(guest.get_by_role("alert")).to_contain_text("was used before")
    await context.close()


async def move_on(page: Page) -> None:
    """Until the notice is sent, the way on is shut and says why."""
    onward = page.get_by_role("button", name="Move on to phase 2, Framing")
    await expect(onward).to_have_attribute("aria-disabled", "true")
    await expect(onward).to_have_attribute("aria-description", re.compile("notice"))
    await page.get_by_role("button", name="Send the notice of meeting").click()
    await dialog(page).get_by_label("Agenda").fill("Who has which powers")
    await send(page, "Send the notice")
    await onward.click()
    await send(page, "Move on")
    await expect(page.get_by_role("button", name="Phase 2 Framing")).to_be_visible()


async def bring_a_text_in(page: Page) -> None:
    await page.get_by_role("button", name="Begin a text").click()
    await dialog(page).get_by_label("Title, English").fill("Language learning")
    await dialog(page).get_by_label("Title, French").fill("Apprentissage de la langue")
    await dialog(page).get_by_role("button", name="Begin the text").click()
    await page.wait_for_url("**/documents/*")
    await page.get_by_role("button", name="Import a text").click()
    file = {"name": "text.md", "mimeType": "text/markdown", "buffer": TEXT.encode()}
    await page.locator("input[type=file]").set_input_files(file)  # pyright: ignore[reportArgumentType]
    await dialog(page).get_by_role("button", name="Import the text").click()
    await page.wait_for_url("**/drafts/*")
    text = page.get_by_role("textbox", name="Text of")
    await expect(text).to_contain_text("within six months of arrival")
