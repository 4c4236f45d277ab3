"""SQL beyond the tables: what the ground floor asks of the database."""

from policylab.kit.chain import CHAIN

STATEMENTS = [CHAIN]
