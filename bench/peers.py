"""The peers: fetched from their registry at an exact version, apart from what the product uses."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / ".lab" / "bench"


def python_peer(name: str, version: str) -> None:
    """Make a Python package of this version importable; fetched once."""
    target = FOLDER / f"{name}-{version}"
    if not target.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", str(target), f"{name}=={version}"], check=True)
    sys.path.insert(0, str(target))
