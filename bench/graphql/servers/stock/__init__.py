"""Strawberry with SQLModel, as their manuals show it."""
