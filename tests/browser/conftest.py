"""A real Chromium against a real server with the fictional state of Arvenia in it."""

import os
import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.settings import Settings
from tests.serving import Served

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=15_000)  # another worker's browser may be busy beside this one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything beside this file needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def house(postgres_server: EmbeddedPostgres, furnished: tuple[str, Settings]) -> Generator[Served]:
    """A served house with demo data, for all browser tests of this run."""
    template, settings = furnished
    postgres_server.create_database("house_browser", template=template)
    served = Served(
        postgres_server.url("house_browser", SERVICE),
        settings.data_folder,
        settings={"POLICYLAB_DEMO_MODE": "true"},
    )
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="session")
async def the_chromium() -> AsyncGenerator[Browser]:
    """The Chromium of this machine. Without one: failure in CI, a spoken skip elsewhere."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("There is no Chromium.")
        pytest.skip("There is no Chromium on this machine.")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *root])
        yield browser
        await browser.close()


@pytest.fixture
async def chromium(the_chromium: Browser) -> AsyncGenerator[Browser]:
    """A Chromium with nothing open, and nothing left open afterwards."""
    yield the_chromium
    for context in the_chromium.contexts:
        await context.close()


async def enter(browser: Browser, house: Served, person: str, **options: Any) -> BrowserContext:
    """A window in which this demo person has signed in, found by part of the name."""
    context = await browser.new_context(base_url=house.url, **options)
    page = await context.new_page()
    await page.goto("/signin/demo")
    await page.get_by_role("button").filter(has_text=person).first.click()
    await page.wait_for_url(lambda url: "/signin" not in url)
    await page.close()
    return context


async def violations(page: Page) -> list[str]:
    """What axe has to say against the page."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    return await page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(found => found.violations.map(each =>"
        " `${each.id}: ${each.nodes.map(node => node.html.slice(0, 200)).join(' | ')}`))"
    )
