"""Every address of the app, as somebody who may be there: it has a heading, nothing breaks, axe has
nothing against it in any scheme, width or language, and no page is wider than a phone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Page, TimeoutError, ViewportSize, expect

from tests.browser.conftest import enter, violations
from tests.serving import Served

ROUTES = Path(__file__).parents[2] / "web/src/app/routes.tsx"
WALKERS = (
    "Integration co-ordinator",
    "Lab secretariat",
    "Rapporteur",
    "Service administrator",
)
"""Who walks through the house, the first first; who comes later looks for what is still missing."""
STARTS = (
    "/",
    "/labs",
    "/index",
    "/search?q=language",
    "/settings",
    "/administration",
    "/labs/new",
    "/first-administrator",
    "/invitations/nobody-has-this-code",
)
DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 20_000
"""Milliseconds; a busy machine loads a page in a few seconds."""


def patterns() -> dict[str, re.Pattern[str]]:
    """The addresses that the app knows, as they are declared."""
    found = re.findall(r'^  "(/[^"]*)": "\w+Screen",$', ROUTES.read_text(), re.MULTILINE)
    assert len(found) > 20
    return {path: re.compile(re.sub(r"\$\w+", "[^/]+", path) + "$") for path in found}


@dataclass
class Walk:
    """What has been seen, and what was wrong there."""

    missing: dict[str, re.Pattern[str]] = field(default_factory=patterns)
    waiting: list[str] = field(default_factory=lambda: list(STARTS))
    read: set[str] = field(default_factory=set[str])
    problems: list[str] = field(default_factory=list[str])

    def pattern_of(self, address: str) -> str | None:
        """The pattern among those still missing that this address fits; plain ones go first."""
        path = re.split(r"[?#]", address)[0]
        fits = (name for name, pattern in self.missing.items() if pattern.fullmatch(path))
        return min(fits, key=lambda name: name.count("$"), default=None)

    def ways(self) -> Iterator[str]:
        """Addresses to visit: those of a new kind first, others as long as kinds are missing."""
        while self.waiting and self.missing:
            self.waiting.sort(key=lambda address: self.pattern_of(address) is None)
            address = self.waiting.pop(0)
            if address not in self.read:
                self.read.add(address)
                yield address


async def test_every_address_can_be_read_by_everybody_on_every_device(
    chromium: Browser, house: Served
) -> None:
    walk = Walk()
    for person in WALKERS:
        walk.read.clear()
        walk.waiting = list(STARTS)
        context = await enter(chromium, house, person, reduced_motion="reduce")
        page = await listened(context, walk)
        seen: list[str] = []
        for address in walk.ways():
            kind = walk.pattern_of(address)
            if not await shows(page, address):
                continue
            if kind:
                seen.append(address)
                del walk.missing[kind]
                await look(page, walk, "in English", ("light", "dark"), (DESKTOP, PHONE))
            walk.waiting += await links_of(page)
        await in_french(page, walk, seen)
        await context.close()
    assert not walk.problems, "\n".join(walk.problems)
    assert not walk.missing, f"Nobody found a way to {sorted(walk.missing)}."


async def in_french(page: Page, walk: Walk, addresses: Sequence[str]) -> None:
    """The same addresses again; the profile speaks English as before when this is over."""
    await speak(page, "Français", "fr")
    try:
        for address in addresses:
            assert await shows(page, address), f"{address} in French"
            await expect(page.locator("html")).to_have_attribute("lang", "fr")
            await look(page, walk, "in French", ("light",), (PHONE,))
    finally:
        await speak(page, "English", "en")


async def speak(page: Page, name: str, code: str) -> None:
    """Choose the language of the interface, as people do."""
    await page.set_viewport_size(DESKTOP)
    await page.goto("/")
    await page.get_by_role("banner").get_by_role("button", name=re.compile("^(EN|FR),")).click()
    async with page.expect_response("**/graphql"):
        await page.get_by_role("menuitem", name=name).click()
    await expect(page.locator("html")).to_have_attribute("lang", code)


async def listened(context: BrowserContext, walk: Walk) -> Page:
    """A page whose errors are noted."""
    page = await context.new_page()
    note = walk.problems.append
    page.on("pageerror", lambda error: note(f"{page.url} broke: {error}"))
    page.on(
        "console",
        lambda said: note(f"{page.url} says: {said.text}") if said.type == "error" else None,
    )
    return page


async def shows(page: Page, address: str) -> bool:
    """Whether the address leads to a page with a heading; false where the viewer finds nothing."""
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")
    await page.goto(address)
    heading = page.get_by_role("heading", level=1)
    try:
        await heading.wait_for(timeout=PATIENCE)
    except TimeoutError as error:
        raise AssertionError(f"{address} shows no heading.") from error
    await expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=PATIENCE)
    return await heading.inner_text() not in ("Nothing here", "Il n’y a rien ici")


async def look(
    page: Page,
    walk: Walk,
    language: str,
    schemes: tuple[Literal["light", "dark"], ...],
    sizes: tuple[ViewportSize, ...],
) -> None:
    """Note what axe finds, and what hangs over the edge."""
    for size in sizes:
        await page.set_viewport_size(size)
        for scheme in schemes:
            await page.emulate_media(color_scheme=scheme)
            where = f"{page.url} {language}, {scheme}, {size['width']} px"
            walk.problems += [f"{where}: {found}" for found in await violations(page)]
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wider > 0:
            walk.problems.append(f"{page.url} {language}: {wider} px wider than {size['width']}")


async def links_of(page: Page) -> list[str]:
    """Where one can go from here inside the app."""
    found: list[str] = await page.eval_on_selector_all(
        "a[href^='/']:not([download])", "links => links.map(link => link.getAttribute('href'))"
    )
    outside = ("/files/", "/signin", "/feeds", "/calendar", "/catalogue", "/log")
    return [link.partition("#")[0] for link in found if not link.startswith(outside)]
