"""Two people write in one draft, each sees the other's words, and the sign says what is stored."""

from uuid import uuid4

from playwright.async_api import Browser, expect

from tests.browser.conftest import enter
from tests.serving import Served


async def test_what_one_person_writes_the_other_reads_and_a_reload_keeps(
    chromium: Browser, house: Served
) -> None:
    words = f"Childcare stays open during lessons {uuid4().hex[:6]}."
    first = await enter(chromium, house, "North Vale")
    second = await enter(chromium, house, "Marrow Bay")
    writer, reader = await first.new_page(), await second.new_page()
    await writer.goto("/")
    await writer.get_by_role("list", name="Your dialogues").get_by_role("link").first.click()
    await writer.locator("a[href^='/documents/']").first.click()
    await writer.locator("a[href^='/drafts/']").first.click()
    await writer.wait_for_url("**/drafts/*")
    await reader.goto(writer.url)

    text = writer.get_by_role("textbox", name="Text of")
    await text.click()
    await writer.keyboard.press("Control+End")
    await writer.keyboard.type(words)
    await expect(writer.get_by_text("Stored", exact=True)).to_be_visible()
    await expect(reader.get_by_role("textbox", name="Text of")).to_contain_text(words)

    await writer.reload()
    await expect(text).to_contain_text(words)
