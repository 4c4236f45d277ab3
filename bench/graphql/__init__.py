"""Screens side by side with Strawberry + SQLModel, PostGraphile and Mercurius on one database.

docs/graphql-bench.md says what is measured and how.
"""

from bench.graphql.run import run

SHOWS_ITSELF = True
"""Its table tells more than the common one."""

__all__ = ["SHOWS_ITSELF", "run"]
