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
