"""Canonical JSON of a whole text: what each freeze and each seal hashes.

Peer: rfc8785, which writes the same form. Both must give the same bytes before a clock is started.
"""

import importlib
import json
from pathlib import Path

from bench.kit.peers import python_peer
from bench.kit.rows import Row, side_by_side
from policylab.kit.canonical import canonical_json

VERSION = "0.1.4"
SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "samples" / "texts" / "rich.json"
COPIES = 40
RUNS = 15


def run() -> list[Row]:
    """Milliseconds for a text of about sixty pages."""
    python_peer("rfc8785", VERSION)
    peer = importlib.import_module("rfc8785")
    blocks = json.loads(SAMPLE.read_text("utf-8"))["content"]
    text = {"type": "doc", "content": blocks * COPIES}
    if canonical_json(text) != peer.dumps(text):
        raise SystemExit("The two canonical forms differ: nothing to compare.")
    ours, theirs = side_by_side(lambda: canonical_json(text), lambda: peer.dumps(text), runs=RUNS)
    row = Row(
        bench="canonical",
        work=f"canonical JSON of a text, {len(canonical_json(text)) // 1000} kB",
        figure="time",
        unit="ms",
        ours=round(ours * 1000, 3),
        peer="rfc8785",
        peer_version=VERSION,
        theirs=round(theirs * 1000, 3),
        ratio=round(ours / theirs, 3),
        runs=RUNS,
    )
    return [row]
