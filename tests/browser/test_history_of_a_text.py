"""Somebody looks back at how a text came about, and brings back what it said: others see it."""

from uuid import uuid4

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import enter, violations
from tests.serving import Served


async def test_an_earlier_text_is_found_with_the_slider_and_comes_back(
    chromium: Browser, house: Served
) -> None:
    words = f"Courses are free {uuid4().hex[:6]}."
    first = await enter(chromium, house, "North Vale")
    second = await enter(chromium, house, "Marrow Bay")
    writer, reader = await first.new_page(), await second.new_page()
    await open_draft(writer)
    await reader.goto(writer.url)
    draft = writer.url
    await writer.get_by_role("link", name="History").click()
    slider = writer.get_by_role("slider", name="Moment")
    before = await slider.get_attribute("max")
    await writer.goto(draft)
    text = writer.get_by_role("textbox", name="Text of")
    await text.click()
    await writer.keyboard.press("Control+End")
    await writer.keyboard.type(words)
    await expect(text).to_contain_text(words)
    await expect(writer.get_by_text("Stored", exact=True)).to_be_visible()
    others = reader.get_by_role("textbox", name="Text of")
    await expect(others).to_contain_text(words)

    await writer.get_by_role("link", name="History").click()
    spells = writer.get_by_role("list", name="When people wrote").get_by_role("listitem")
    latest = spells.first
    await expect(latest).to_contain_text("North Vale")
    await expect(latest).to_have_attribute("aria-current", "true")
    await expect(writer.get_by_text("Nothing has changed since")).to_be_visible()
    came = writer.locator("ins").filter(has_text=words)
    await writer.get_by_role("button", name="Earlier").click()
    await expect(came).to_be_visible()
    await writer.get_by_role("button", name="Later").click()
    await expect(came).to_have_count(0)
    while await slider.input_value() != before:
        await slider.press("ArrowLeft")
    await expect(came).to_be_visible()
    await writer.wait_for_url(f"**/history?at={before}&*")
    await writer.reload()  # the address keeps the moment
    await expect(came).to_be_visible()
    assert await violations(writer) == []

    await writer.get_by_role("button", name="The text then").click()
    article = writer.get_by_role("article")
    await expect(article).to_be_visible()
    await expect(article).not_to_contain_text(words)
    await writer.get_by_role("button", name="Who wrote what").click()
    await expect(writer.get_by_role("list", name="Authors")).to_be_visible()
    assert await violations(writer) == []

    await writer.get_by_role("button", name="Restore this text").click()
    await writer.get_by_role("dialog").get_by_role("button", name="Restore", exact=True).click()
    await writer.wait_for_url(lambda url: "history" not in url)
    await expect(text).not_to_contain_text(words)
    await expect(others).not_to_contain_text(words)  # seen at once by whoever has it open
    await first.close()
    await second.close()


async def open_draft(page: Page) -> None:
    """The first draft of the first dialogue, as people find it."""
    await page.goto("/")
    await page.get_by_role("list", name="Your dialogues").get_by_role("link").first.click()
    await page.locator("a[href^='/documents/']").first.click()
    await page.locator("a[href^='/drafts/']").first.click()
    await page.wait_for_url("**/drafts/*")
