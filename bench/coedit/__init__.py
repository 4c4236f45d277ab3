"""Co-editing side by side with Hocuspocus, y-websocket-server and pycrdt-websocket.

docs/coediting-bench.md says what is measured and how.
"""

from bench.coedit.run import run

SHOWS_ITSELF = True
"""Its table tells more than the common one."""

__all__ = ["SHOWS_ITSELF", "run"]
