"""How every room stores its things: the base class and the column kinds."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Text, TypeDecorator, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import class_mapper, registry
from sqlmodel import Field, SQLModel

from policylab.kit.ids import uuid7

SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
metadata = SQLModel.metadata


_names: dict[str, Any] = {}
"""Every class that is mapped."""


class Stored(SQLModel):
    """Base of what is stored. Each class is mapped by itself: what SQLAlchemy makes for statements
    over objects, kilobytes for each column, is then made of a class when it is first asked for, and
    not of all classes at once. No relationships lead from one to another."""

    model_config = {"defer_build": True}  # nobody asks for what would validate

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls._sa_registry = registry(  # pyright: ignore[reportPrivateUsage]
            metadata=metadata, class_registry=_names
        )


class Table(Stored):
    """A row with an identifier from birth. It does not validate: rules do, before it is built."""

    if TYPE_CHECKING:  # SQLModel declares it too widely for a plain name to fit
        __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride,reportIncompatibleUnannotatedOverride]

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    created_at: datetime = Field(
        default=None,
        nullable=False,
        sa_type=DateTime(timezone=True),  # pyright: ignore[reportArgumentType]
        sa_column_kwargs={"server_default": func.now()},
    )
    created_by: UUID | None = None

    @classmethod
    def plain(cls, **values: Any) -> Self:
        """A row that no session shall know, for `kit.change`: made in a tenth of the time, as
        nobody is told of its values."""
        table: Any = cls
        row: Self = class_mapper(table).class_manager.new_instance()
        told, made = _defaults(table)
        given = told | values
        given |= {name: make() for name, make in made.items() if name not in values}
        vars(row).update(given)
        return row


@cache
def _defaults(table: Any) -> tuple[dict[str, Any], dict[str, Callable[..., Any]]]:
    """What columns hold that nobody says anything of: the same in each row, or made for it."""
    fields = table.model_fields.items()
    made = {name: field.default_factory for name, field in fields if field.default_factory}
    told = {
        name: field.default
        for name, field in fields
        if name not in made and not field.is_required()
    }
    return told, made


class _Choice(TypeDecorator[StrEnum]):
    """An enum kept as text; the CHECK that goes with it is made by `choice_check`."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | str | None, dialect: Any) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Any) -> StrEnum | None:
        return None if value is None else self.kind(value)


def choice(kind: type[StrEnum]) -> Any:
    """The column type of an enum: text. Pair it with `choice_check` in `__table_args__`."""
    return _Choice(kind)


def choice_check(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """The database's own guard that a column holds one of the enum's values."""
    values = ", ".join("'" + member.value.replace("'", "''") + "'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_choice")


def moment(*, default_now: bool = False, nullable: bool = True, index: bool = False) -> Any:
    """A point in time, with its zone."""
    kwargs: dict[str, Any] = {"server_default": func.now()} if default_now else {}
    return Field(
        default=None,
        nullable=nullable and not default_now,
        index=index,
        sa_type=DateTime(timezone=True),  # pyright: ignore[reportArgumentType]
        sa_column_kwargs=kwargs,
    )


def jsonb(*, nullable: bool = False, default: Any = None) -> Any:
    """A JSON value kept as JSONB; an empty object unless told otherwise."""
    if nullable:
        return Field(default=None, nullable=True, sa_type=JSONB(none_as_null=True))
    return Field(default_factory=default or dict, nullable=False, sa_type=JSONB)


def localised() -> Any:
    """A text in several languages: a map from language tag to text."""
    return Field(default_factory=dict, nullable=False, sa_type=JSONB)
