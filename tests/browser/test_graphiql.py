"""GraphiQL in a real browser: asked as oneself, under our own policy of what may be loaded and run.

The package answers for its own insides; what axe has against them is named in OF_THE_PACKAGE.
"""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import enter, violations
from tests.serving import Served

OF_THE_PACKAGE = {"nested-interactive"}
"""A tab of GraphiQL 5.4 holds the button that closes it (the button is reachable all the same)."""
WATCH = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => broken.push(event.violatedDirective));
"""


class Workbench:
    """The open page, and what went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.answer = page.get_by_role("region", name="Result Window")
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else 0)
        page.on("request", lambda asked: self._note(asked.url))

    def _note(self, url: str) -> None:
        if re.match("https?:", url) and not url.startswith("http://localhost:"):
            self.wrong.append(f"asked {url}")

    async def write(self, words: str) -> None:
        """Type a document over what is there, and run it, all by keyboard."""
        await self.page.locator(".graphiql-query-editor .view-lines").click()
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.press("Delete")
        await self.page.keyboard.type(words)
        await self.page.keyboard.press("ControlOrMeta+Enter")

    async def check(self) -> None:
        """Nothing broke, and nothing was kept from loading or running."""
        assert self.wrong == []
        assert await self.page.evaluate("window.broken") == []
        found = await violations(self.page)
        assert [each for each in found if each.split(":")[0] not in OF_THE_PACKAGE] == []


async def workbench(
    browser: Browser, house: Served, scheme: str = "light", locale: str = "en-GB"
) -> Workbench:
    options = {"locale": locale, "color_scheme": scheme, "reduced_motion": "reduce"}
    context = await enter(browser, house, "North Vale", **options)
    page = await context.new_page()
    await page.add_init_script(WATCH)
    made = Workbench(page)
    await page.goto("/settings")
    await page.get_by_role("link", name=re.compile("^GraphiQL")).click()
    await expect(page.get_by_role("heading", name="GraphiQL", exact=True)).to_be_visible()
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("viewer")
    return made


KEPT = "JSON.stringify({...sessionStorage}).includes('locale }')"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_one_types_is_answered_as_oneself(
    chromium: Browser, house: Served, scheme: str
) -> None:
    bench = await workbench(chromium, house, scheme)
    await bench.write("{ viewer { person { displayName } } }")
    await expect(bench.answer).to_contain_text("North Vale")
    await bench.check()
    await bench.write("{ nobodyHasThis }")
    await expect(bench.answer).to_contain_text("Cannot query field 'nobodyHasThis'")
    (status,) = bench.wrong  # the browser's own note
    assert "status of 400" in status


async def test_the_explorer_tells_what_the_schema_says(chromium: Browser, house: Served) -> None:
    bench = await workbench(chromium, house)
    page = bench.page
    await page.get_by_role("button", name="Show Documentation Explorer").press("Enter")
    docs = page.get_by_role("region", name="Documentation Explorer")
    await docs.get_by_role("link", name="Query", exact=True).press("Enter")
    await docs.get_by_role("link", name="Service", exact=True).press("Enter")
    await expect(docs).to_contain_text("what anybody may know before signing in")
    await bench.check()


async def test_subscriptions_are_heard_until_one_stops_them(
    chromium: Browser, house: Served
) -> None:
    bench = await workbench(chromium, house)
    await bench.write("{ viewer { dialogues(first: 1) { nodes { id phase } } } }")
    await expect(bench.answer).to_contain_text('"id"')
    found = re.search(r'"id":\s*"([^"]+)"', await bench.answer.inner_text())
    assert found
    await bench.write(f'subscription {{ dialogueChanged(id: "{found[1]}", since: 0) {{ kind }} }}')
    await expect(bench.answer).to_contain_text("missed")
    stop = bench.page.get_by_role("button", name=re.compile("^Stop query"))
    await stop.press("Enter")
    await expect(stop).to_have_count(0)
    await bench.check()


async def test_its_head_speaks_the_language_of_the_reader(chromium: Browser, house: Served) -> None:
    context = await enter(chromium, house, "Head of adult education")
    page = await context.new_page()
    await page.goto("/graphiql")
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    await expect(page.get_by_role("banner")).to_contain_text("Vous interrogez")
    await expect(page).to_have_title("GraphiQL : essayer l’API · Policy Lab")
    await expect(page.get_by_role("main")).to_have_attribute("lang", "en")


async def test_what_one_wrote_is_gone_with_the_tab(chromium: Browser, house: Served) -> None:
    bench = await workbench(chromium, house)
    await bench.write("{ viewer { locale } }")
    await expect(bench.answer).to_contain_text("locale")
    assert "locale" not in await bench.page.evaluate("JSON.stringify({...localStorage})")
    await bench.page.wait_for_function(KEPT)  # GraphiQL does so a moment after the last key
    await bench.page.reload()
    await expect(bench.page.locator(".graphiql-query-editor")).to_contain_text("locale")
    other = await bench.page.context.new_page()
    await other.goto("/graphiql")
    await expect(other.locator(".graphiql-query-editor")).to_contain_text("displayName")


async def test_who_is_not_signed_in_is_sent_to_the_way_in(chromium: Browser, house: Served) -> None:
    page = await (await chromium.new_context(base_url=house.url)).new_page()
    await page.goto("/graphiql")
    assert page.url.startswith(f"{house.url}/signin")
    await page.get_by_role("button").filter(has_text="North Vale").first.click()
    await expect(page.get_by_role("heading", name="GraphiQL", exact=True)).to_be_visible()
    assert page.url == f"{house.url}/graphiql"


async def test_whose_session_has_ended_is_told_and_answered_nothing(
    chromium: Browser, house: Served
) -> None:
    bench = await workbench(chromium, house)
    await bench.page.context.clear_cookies()
    await bench.write("{ viewer { person { displayName } } }")
    alert = bench.page.get_by_role("alert").filter(has_text="Your session has ended.")
    await expect(alert).to_be_visible()
    await expect(bench.answer).not_to_contain_text("North Vale")
    await alert.get_by_role("link", name="Sign in again").click()
    await bench.page.get_by_role("button").filter(has_text="North Vale").first.click()
    await expect(bench.page).to_have_url(f"{house.url}/graphiql")


async def test_where_it_is_switched_off_there_is_no_way_to_it(
    chromium: Browser, house: Served, tmp_path: Path
) -> None:
    off = {"POLICYLAB_DEMO_MODE": "true", "POLICYLAB_PERSISTED_ONLY": "true"}
    closed = Served(house.database_url, tmp_path, settings=off)
    closed.start()
    try:
        page = await (await enter(chromium, closed, "North Vale", locale="en-GB")).new_page()
        await page.goto("/settings")
        await expect(page.get_by_role("button", name="Make a token")).to_be_visible()
        await expect(page.get_by_role("link", name=re.compile("GraphiQL"))).to_have_count(0)
        answer = await page.goto("/graphiql")
        assert answer is not None
        assert answer.status == 404
        await expect(
            page.get_by_role("heading", name="GraphiQL is not offered here")
        ).to_be_visible()
        assert await violations(page) == []
    finally:
        closed.stop()


async def test_the_app_carries_nothing_of_it(chromium: Browser, house: Served) -> None:
    page = await (await enter(chromium, house, "North Vale")).new_page()
    loaded: list[str] = []
    page.on("request", lambda asked: loaded.append(asked.url))
    await page.goto("/settings")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert any("/assets/" in url for url in loaded)
    assert [url for url in loaded if re.search("graphiql|monaco|editor|worker", url)] == []
