"""Two people write at the very same place of a text: each finds her words as she typed them."""

import asyncio
from string import ascii_lowercase, ascii_uppercase

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import enter
from tests.browser.test_writing_where_websockets_are_blocked import open_draft, said_by
from tests.serving import Served


async def type_at_the_end(page: Page, letters: str, pause: int) -> None:
    await page.get_by_role("textbox", name="Text of").click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(letters, delay=pause)


async def test_letters_typed_at_one_place_at_once_stay_in_the_order_of_each_hand(
    chromium: Browser, house: Served
) -> None:
    one = await open_draft(await enter(chromium, house, "North Vale"))
    two = await (await enter(chromium, house, "Marrow Bay")).new_page()
    await two.goto(one.url)
    for page in (one, two):
        await expect(page.get_by_text("Stored", exact=True)).to_be_visible()
    before = len(await said_by(one))

    await asyncio.gather(
        type_at_the_end(one, ascii_lowercase, 40), type_at_the_end(two, ascii_uppercase, 60)
    )
    for page in (one, two):
        await expect(page.get_by_text("Stored", exact=True)).to_be_visible()

    async with asyncio.timeout(5):
        while await said_by(one) != await said_by(two):
            await asyncio.sleep(0.05)

    written = (await said_by(one))[before:]
    assert "".join(filter(str.islower, written)) == ascii_lowercase
    assert "".join(filter(str.isupper, written)) == ascii_uppercase


async def test_a_key_pressed_at_once_after_another_acts_where_that_one_led(
    chromium: Browser, house: Served
) -> None:
    page = await open_draft(await enter(chromium, house, "North Vale"))
    paragraphs = page.get_by_role("textbox", name="Text of").get_by_role("paragraph")
    await expect(page.get_by_text("Stored", exact=True)).to_be_visible()
    before = await paragraphs.all_inner_texts()
    at = next(place for place, each in enumerate(before) if each.startswith("Who pays for the bus"))
    for line in ("one", "two", "three"):
        await paragraphs.nth(at).click(position={"x": 40, "y": 10})
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await page.keyboard.type(line)
    after = await paragraphs.all_inner_texts()
    assert after == [*before[: at + 1], "three", "two", "one", *before[at + 1 :]]
