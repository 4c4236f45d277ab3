"""A page that could not be fetched says so, never that it is not there; another try brings it."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.conftest import enter, violations
from tests.serving import Served

LABS = "**/graphql?operationName=Labs*"
SAID = "Something went wrong on our side. The people who run this can find it as 0123."


async def went_wrong(route: Route) -> None:
    """The server masks an error of its own: null, and a sentence."""
    broken = {"message": SAID, "path": ["labs"], "extensions": {"id": "0123"}}
    await route.fulfill(json={"data": {"viewer": None, "labs": None}, "errors": [broken]})


async def cut(route: Route) -> None:
    await route.abort("connectionreset")


@pytest.mark.parametrize(
    ("fail", "said"), [(went_wrong, SAID), (cut, "Check your connection.")], ids=["wrong", "cut"]
)
async def test_a_page_that_could_not_be_fetched_is_not_said_to_be_missing(
    chromium: Browser, house: Served, fail: Callable[[Route], Awaitable[None]], said: str
) -> None:
    page = await (await enter(chromium, house, "North Vale", locale="en-GB")).new_page()
    await page.route(LABS, fail)
    await page.goto("/labs")
    await expect(page.get_by_role("heading", name="Not fetched")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
    await expect(page.get_by_text("There is no such page")).to_have_count(0)
    assert await violations(page) == []
    await page.unroute(LABS)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Labs", exact=True)).to_be_visible()
