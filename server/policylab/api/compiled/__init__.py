"""Operations compiled once and run many times, with the answers that graphql-core would give.

A document is turned into a plan the first time it is asked: a tree of *shapes* (which fields of
which type) joined by *relations* (how the things behind them are got: one statement, or one call
of a batch, for all parents of a level). Each shape is a small generated Python function from rows
to dicts. A request then runs the plan from the top, whole lists of parents at a time.

What is not understood, and every answer that would hold an error, is left to graphql-core: reads
have no side effects, so a half-made answer is thrown away and made again (`operation.py`). Rules of
access are not known here at all: statements come from `loading.py`, with the scope in them.
"""

from policylab.api.compiled.operation import Compiled, Counts

__all__ = ["Compiled", "Counts"]
