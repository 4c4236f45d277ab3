"""A network that lets no websocket through: people write on, and nobody overwrites another."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, Page, WebSocket, expect

from tests.browser.conftest import enter
from tests.serving import Served, free_port


class Network:
    """Passes requests on, and cuts every connection that is to become a websocket."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.to = 0
        self.cut = 0
        self.blocks = True

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            if self.blocks and b"upgrade: websocket" in head.lower():
                self.cut += 1
            else:
                there_reader, there = await asyncio.open_connection("127.0.0.1", self.to)
                there.write(head)
                await asyncio.gather(_pipe(reader, there), _pipe(there_reader, writer))
        writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def network() -> AsyncGenerator[Network]:
    made = Network(free_port())
    server = await asyncio.start_server(made.pass_on, "127.0.0.1", made.port)
    yield made
    server.close()


@pytest.fixture
async def behind(house: Served, network: Network) -> AsyncGenerator[Served]:
    """The house once more, by the name that it has behind such a network."""
    address = f"http://localhost:{network.port}"
    served = Served(
        house.database_url,
        house.log.parent,
        settings={"POLICYLAB_DEMO_MODE": "true", "POLICYLAB_BASE_URL": address},
    )
    network.to = served.port
    await asyncio.to_thread(served.start)
    served.url = address
    yield served
    await asyncio.to_thread(served.stop)


async def open_draft(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_role("list", name="Your dialogues").get_by_role("link").first.click()
    await page.locator("a[href^='/documents/']").first.click()
    await page.locator("a[href^='/drafts/']").first.click()
    await page.wait_for_url("**/drafts/*")
    return page


async def write(page: Page, words: str, place: str = "Control+End") -> None:
    """Write at the end of the text, or where this key leads to."""
    await page.get_by_role("textbox", name="Text of").click()
    await page.keyboard.press(place)
    await page.keyboard.type(words)


async def said_by(page: Page) -> str:
    """The text without the names at others' carets."""
    return await page.get_by_role("textbox", name="Text of").evaluate(
        "text => { const copy = text.cloneNode(true);"
        " copy.querySelectorAll('.pl-caret').forEach(each => each.remove());"
        " return copy.textContent.replaceAll('\u2060', ''); }"
    )


async def test_two_people_write_one_draft_and_neither_overwrites_the_other(
    chromium: Browser, behind: Served, network: Network
) -> None:
    first = await enter(chromium, behind, "North Vale")
    second = await enter(chromium, behind, "Marrow Bay")
    one = await open_draft(first)
    two = await second.new_page()
    await two.goto(one.url)
    for page in (one, two):
        await expect(page.get_by_text("Slower connection")).to_be_visible(timeout=20_000)
        await expect(page.get_by_text("Stored", exact=True)).to_be_visible()
    assert network.cut >= 4

    mine, theirs = (f"Childcare {uuid4().hex[:6]} stays open." for _ in range(2))
    await asyncio.gather(write(one, mine), write(two, theirs, "Control+Home"))
    for page in (one, two):
        text = page.get_by_role("textbox", name="Text of")
        await expect(text).to_contain_text(mine)
        await expect(text).to_contain_text(theirs)
        await expect(page.get_by_text("Stored", exact=True)).to_be_visible()
    assert await said_by(one) == await said_by(two)

    network.blocks = False
    await one.reload()
    text = one.get_by_role("textbox", name="Text of")
    await expect(text).to_contain_text(mine)
    await expect(text).to_contain_text(theirs)
    await expect(one.get_by_text("Stored", exact=True)).to_be_visible()
    await expect(one.get_by_text("Slower connection")).to_be_hidden()


POSITION_IS_KEPT = """async () => {
  const made = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("policylab:")) continue;
    const kept = await made(indexedDB.open(name));
    const seq = await made(kept.transaction("custom").objectStore("custom").get("seq"));
    kept.close();
    if (seq !== undefined) return true;
  }
  return false;
}"""
"""Beside the text on this device, up to where it is known."""


async def test_once_the_network_lets_websockets_through_they_are_used_again(
    chromium: Browser, behind: Served, network: Network
) -> None:
    person = await enter(chromium, behind, "North Vale")
    page = await open_draft(person)
    await expect(page.get_by_text("Slower connection")).to_be_visible(timeout=20_000)
    network.blocks = False
    async with page.expect_websocket(lambda socket: "/coedit/" in socket.url, timeout=20_000):
        pass
    await expect(page.get_by_text("Slower connection")).to_be_hidden()
    words = f"Over a socket {uuid4().hex[:6]}."
    await write(page, words)
    await expect(page.get_by_text("Stored", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("textbox", name="Text of")).to_contain_text(words)


async def test_who_comes_back_is_brought_what_was_missed_and_nothing_else(
    chromium: Browser, house: Served
) -> None:
    first = await enter(chromium, house, "North Vale")
    second = await enter(chromium, house, "Marrow Bay")
    one = await open_draft(first)
    two = await second.new_page()
    await two.goto(one.url)
    goes, stays, comes = (f"{word}-{uuid4().hex[:6]}" for word in ("goes", "stays", "comes"))
    await write(one, f" {stays} {goes}")
    await expect(two.get_by_role("textbox", name="Text of")).to_contain_text(goes)
    await expect(one.get_by_text("Stored", exact=True)).to_be_visible()
    while not await one.evaluate(POSITION_IS_KEPT):
        await one.wait_for_timeout(50)
    address = one.url
    await one.close()

    await two.get_by_role("textbox", name="Text of").click()
    await two.keyboard.press("Control+End")
    for _ in goes:
        await two.keyboard.press("Backspace")
    await two.keyboard.type(comes)
    await expect(two.get_by_text("Stored", exact=True)).to_be_visible()

    for _ in range(5):  # a device that is slow to say what it has is not waited for
        again = await first.new_page()
        asked, frames = list[str](), list[bytes | str]()
        again.on("websocket", partial(_note, asked, frames))
        await again.goto(address)
        text = again.get_by_role("textbox", name="Text of")
        await expect(text).to_contain_text(f"{stays} {comes}")
        await expect(text).not_to_contain_text(goes)
        if "since=" in asked[0]:
            break
        await again.close()
    assert "since=" in asked[0]
    await expect(again.get_by_text("Stored", exact=True)).to_be_visible()
    assert 0 < sum(map(len, frames)) < 8_000, "the whole text came once more"
    assert await said_by(again) == await said_by(two)


def _note(asked: list[str], frames: list[bytes | str], socket: WebSocket) -> None:
    def take(data: bytes | str) -> None:
        frames.append(data)

    if "/coedit/" in socket.url:
        asked.append(socket.url)
        socket.on("framereceived", take)
