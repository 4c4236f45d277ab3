"""Frames are read strictly, and what is written can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import (
    Doc,
    XmlElement,
    XmlFragment,
    create_awareness_message,
    create_sync_message,
    create_update_message,
)

from policylab.coediting import protocol
from policylab.coediting.lib0 import write_bytes, write_string, write_uint
from policylab.coediting.protocol import BadFrame, Change, Presences, SyncAsked, read_frame


def presence(state: str, *, count: int = 1) -> bytes:
    entry = write_uint(7) + write_uint(1) + write_string(state)
    return b"\x01" + write_bytes(write_uint(count) + entry)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x00\x03\x00",
        b"\x02",
        b"\x04",
        b"\x64\x00",
        b"\xff" * 20,
        b"\x00\x02\x05ab",
        b"\x00\x02\x01a!",
        b"\x00\x00\x01\x05",
        b"\x00\x00" + write_bytes(write_uint(2**40)),
        b"\x03!",
        presence("{}") + b"!",
        presence("{}", count=2),
        presence("{}", count=501),
        presence("{"),
        presence("[" * 200 + "]" * 200),
        presence('"' + "x" * 9_000 + '"'),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        read_frame(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_bad_frame(data: bytes) -> None:
    try:
        read_frame(data)
    except BadFrame:
        return


def test_frames_of_pycrdt_are_read() -> None:
    doc: Doc[XmlFragment] = Doc(client_id=7)
    asked = read_frame(create_sync_message(doc))
    assert asked == SyncAsked({}, b"\x00")
    doc.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))
    asked = read_frame(create_sync_message(doc))
    assert isinstance(asked, SyncAsked)
    assert asked.state == {7: 1}
    change = read_frame(create_update_message(b"\x00\x00"))
    assert change == Change(b"\x00\x00", whole=False)
    shown = read_frame(create_awareness_message(b"\x01\x07\x01\x02{}"))
    assert shown == Presences((protocol.Presence(7, 1, {}),))


def test_what_we_write_pycrdt_reads() -> None:
    """Our first question and our answer, taken by a document of its own."""
    source: Doc[XmlFragment] = Doc(client_id=7)
    source.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))
    asked = protocol.ask_sync({7: 1, 300: 5, 8: 0})
    assert read_frame(asked) == SyncAsked({300: 5, 7: 1}, asked[3:])
    target: Doc[XmlFragment] = Doc()
    answer = protocol.answer_sync(source.get_update())
    read = read_frame(answer)
    assert isinstance(read, Change)
    assert read.whole
    target.apply_update(read.data)
    assert str(target.get("default", type=XmlFragment)) == "<paragraph></paragraph>"


def test_our_own_frames_say_what_they_should() -> None:
    refused = protocol.say_refused("CLOSED", "Gone.", 17)
    assert refused[:1] == b"\x64"
    assert b'"code": "CLOSED"' in refused
    assert protocol.say_stored(300, 2) == b"\x65" + write_uint(300) + b"\x02"
    assert protocol.say_welcome({"right": "read"})[0] == 102


def test_a_question_names_as_many_clients_as_texts_have_and_no_more() -> None:
    """While it is read, nobody else is heard."""
    most = protocol.MAX_STATE_VECTOR
    asked = read_frame(protocol.ask_sync(dict.fromkeys(range(most), 1)))
    assert isinstance(asked, SyncAsked)
    assert len(asked.state) == most
    with pytest.raises(BadFrame, match="too long"):
        read_frame(protocol.ask_sync(dict.fromkeys(range(most + 1), 1)))
