"""A word that is longer than the line, such as an address of the web, stays within its clause."""

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.browser.conftest import enter
from tests.browser.test_writing_where_websockets_are_blocked import open_draft
from tests.serving import Served

LONG = "https://policylab.example/" + "unbroken" * 25


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_word_longer_than_the_line_stays_within_its_clause(
    chromium: Browser, house: Served, width: int
) -> None:
    size = ViewportSize(width=width, height=900)
    page = await open_draft(await enter(chromium, house, "North Vale", viewport=size))
    text = page.get_by_role("textbox", name="Text of")
    clause = text.get_by_role("paragraph").filter(has_text="Who pays for the bus")
    await clause.click()
    await page.keyboard.press("End")
    await page.keyboard.insert_text(f" {LONG}")
    await expect(clause.filter(has_text=LONG)).to_be_visible()
    outer, inner = await text.bounding_box(), await clause.bounding_box()
    assert outer is not None
    assert inner is not None
    assert outer["x"] <= inner["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.keyboard.press("Control+z")  # others write here, too
    await expect(clause.filter(has_text=LONG)).to_have_count(0)
