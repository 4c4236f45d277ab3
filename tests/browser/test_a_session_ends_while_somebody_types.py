"""A session that ends while somebody types loses no words: they are kept, and stored on return."""

import re
from uuid import uuid4

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import enter
from tests.serving import Served

PERSON = "Integration co-ordinator"
PATIENCE = 20_000


async def open_draft(page: Page) -> None:
    """The first draft that this person may write."""
    await page.goto("/")
    dialogue = page.get_by_role("list", name="Your dialogues").get_by_role("link").first
    await page.goto(await dialogue.get_attribute("href") or "")
    document = page.locator("a[href^='/documents/']").first
    await page.goto(await document.get_attribute("href") or "")
    draft = page.locator("a[href^='/drafts/']").first
    await page.goto(await draft.get_attribute("href") or "")
    await page.get_by_role("textbox", name="Text of").click()
    await page.keyboard.press("Control+End")


async def sign_out_everywhere(browser: Browser, house: Served) -> None:
    """The same person, from another browser."""
    page = await (await enter(browser, house, PERSON, locale="en-GB")).new_page()
    await page.goto("/settings")
    await page.get_by_role("button", name="Sign out everywhere").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Sign out everywhere").click()
    await expect(page).to_have_url(re.compile("/signin"))


async def test_words_typed_after_the_session_ended_are_stored_when_one_comes_back(
    chromium: Browser, house: Served
) -> None:
    before, after = f"Before {uuid4().hex[:6]}.", f" After {uuid4().hex[:6]}."
    context = await enter(chromium, house, PERSON, locale="en-GB")
    page = await context.new_page()
    await open_draft(page)
    await page.keyboard.type(before)
    await expect(page.get_by_text("Stored", exact=True)).to_be_visible(timeout=PATIENCE)

    await sign_out_everywhere(chromium, house)
    await page.keyboard.type(after)
    notice = page.get_by_role("alert").filter(has_text="Your session has ended")
    await expect(notice).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_role("textbox", name="Text of")).to_contain_text(before + after)
    await expect(page.get_by_text("Stored", exact=True)).to_have_count(0)

    again = await context.new_page()
    await again.goto("/signin/demo")
    await again.get_by_role("button").filter(has_text=PERSON).first.click()
    await again.wait_for_url(lambda url: "/signin" not in url)
    await notice.get_by_role("button", name="I have signed in").click()
    await expect(page.get_by_text("Stored", exact=True)).to_be_visible(timeout=PATIENCE)

    other = await (await enter(chromium, house, "Head of integration policy")).new_page()
    await other.goto(page.url)
    shown = other.get_by_role("textbox", name="Text of")
    await expect(shown).to_contain_text(before + after, timeout=PATIENCE)
