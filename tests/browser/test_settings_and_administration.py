"""What people settle for themselves, and what only those who run the house do."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import enter, violations
from tests.serving import Served

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/140.0"


async def settings_of(chromium: Browser, house: Served, person: str) -> Page:
    page = await (await enter(chromium, house, person, locale="en-GB")).new_page()
    await page.goto("/settings")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    return page


async def test_a_token_is_shown_once_and_ends_when_its_owner_says_so(
    chromium: Browser, house: Served
) -> None:
    page = await settings_of(chromium, house, "North Vale")
    await page.get_by_role("button", name="Make a token").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("What it is for").fill("Nightly figures")
    await dialog.get_by_role("button", name="Make the token").click()
    secret = await dialog.get_by_label("Token").input_value()
    assert len(secret) > 30
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)
    assert await violations(page) == []

    viewer = await house.ask("{ viewer { scopes } }", token=secret)
    assert viewer["data"]["viewer"]["scopes"] == ["read"]
    await page.reload()
    await expect(page.get_by_text("Nightly figures")).to_be_visible()
    assert secret not in await page.content()
    await page.get_by_role("button", name="End it: Nightly figures").click()
    await dialog.get_by_role("button", name="End the token").click()
    await expect(dialog).to_be_hidden()
    viewer = await house.ask("{ viewer { scopes } }", token=secret)
    assert (viewer.get("data") or {"viewer": None})["viewer"] is None


async def test_the_address_of_a_calendar_is_made_where_one_settles_things(
    chromium: Browser, house: Served
) -> None:
    page = await settings_of(chromium, house, "North Vale")
    await page.get_by_role("button", name="Make an address").click()
    dialog = page.get_by_role("dialog")
    address = await dialog.get_by_label("Address", exact=True).input_value()
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)
    assert await violations(page) == []
    await expect(page.get_by_role("button", name="End it: Calendar")).to_be_visible()
    calendar = await page.request.get(address, headers={"cookie": ""})
    assert (await calendar.text()).startswith("BEGIN:VCALENDAR")
    await page.get_by_role("button", name="End it: Calendar").click()
    await dialog.get_by_role("button", name="End the token").click()
    await expect(dialog).to_be_hidden()
    assert (await page.request.get(address)).status == 404


async def test_another_browser_is_signed_out_from_here(chromium: Browser, house: Served) -> None:
    other = await (await enter(chromium, house, "Hillgate", user_agent=AGENT)).new_page()
    page = await settings_of(chromium, house, "Hillgate")
    await page.get_by_role("button", name="Sign out there: Firefox, Windows").click()
    await expect(page.get_by_text("Firefox, Windows")).to_be_hidden()
    await other.goto("/settings")
    await other.wait_for_url(re.compile("/signin"))


async def test_the_language_follows_the_person(chromium: Browser, house: Served) -> None:
    context = await enter(chromium, house, "Manager of social services, Vessen", locale="en-GB")
    page = await context.new_page()
    await page.goto("/settings")
    await expect(page.get_by_role("heading", name="Réglages")).to_be_visible()
    await page.get_by_label("Langue de l’interface", exact=True).select_option(label="English")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()

    elsewhere = await settings_of(chromium, house, "Manager of social services, Vessen")
    await expect(elsewhere.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_who_does_not_run_the_house_reads_why_not(
    chromium: Browser, house: Served, scheme: str
) -> None:
    context = await enter(chromium, house, "Hillgate", locale="en-GB", color_scheme=scheme)
    page = await context.new_page()
    await page.goto("/administration")
    await expect(
        page.get_by_text("Only an administrator of the service does this.")
    ).to_be_visible()
    add = page.get_by_role("button", name="Add an organisation")
    await expect(add).to_have_attribute("aria-disabled", "true")
    assert await violations(page) == []
    await add.click(force=True)
    await expect(page.get_by_role("dialog")).to_be_hidden()
