"""SQL beyond the tables: the access relation and the guards behind the rules."""

from policylab.labs.access import STATEMENTS

__all__ = ["STATEMENTS"]
