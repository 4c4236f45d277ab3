"""What each resolver is given: who asks, the database, and this request's loaders."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, cast

from strawberry.dataloader import DataLoader

from policylab.kit.db import Database
from policylab.kit.viewer import Viewer


class Kept:
    """What a batch has answered for keys, so that several fields of one thing ask for it once.

    Cheaper than a loader for whoever has all the keys at once.
    """

    def __init__(self, batch: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._batch = batch
        self._found: dict[Any, Any] = {}
        self._turn = asyncio.Lock()

    async def of(self, keys: Sequence[Any]) -> list[Any]:
        """One answer a key."""
        async with self._turn:
            missing = [key for key in dict.fromkeys(keys) if key not in self._found]
            if missing:
                self._found.update(zip(missing, await self._batch(missing), strict=True))
        return [self._found[key] for key in keys]

    def know(self, found: Mapping[Any, Any]) -> None:
        """Take answers that somebody has got already."""
        self._found.update(found)


class Context:
    """Lives for one request, or for one delivery of a subscription; nothing in it is shared."""

    def __init__(self, database: Database, viewer: Viewer, *, locale: str | None = None) -> None:
        self.database = database
        self.viewer = viewer
        self.locale = locale or viewer.locale
        self.shared: dict[str, Any] = {}
        """Things of the house that transport hands in (the settings' public face, the hub)."""
        self.renew: Callable[[], Awaitable[Viewer]] | None = None
        """Asks again who is on this connection; a subscription ends when she no longer is."""
        self.done: dict[str, Callable[[], Any]] = {}
        """Changes of this request that are made already, by their key in the answer: each gives
        what it answered, or raises. For graphql-core, so that no change is made twice."""
        self.told: Callable[[Any], None] | None = None
        """Takes at once what a subscription delivers, where the transport can."""
        self.columns: Mapping[str, Collection[str]] | None = None
        """What a plan takes of each published type; None where graphql-core asks field by field."""
        self._loaders: dict[Hashable, DataLoader[Any, Any] | Kept] = {}

    def over(self, database: Database, columns: Mapping[str, Collection[str]]) -> "Context":
        """The same request over what stands in for the database, for a plan that takes these
        columns; with nothing loaded yet."""
        found = Context(database, self.viewer, locale=self.locale)
        found.shared, found.renew, found.told = self.shared, self.renew, self.told
        found.done, found.columns = self.done, columns
        return found

    def loader(
        self, key: Hashable, make: Callable[[], DataLoader[Any, Any]]
    ) -> DataLoader[Any, Any]:
        """The request's loader of this kind, made when first asked for."""
        if key not in self._loaders:
            self._loaders[key] = make()
        return cast("DataLoader[Any, Any]", self._loaders[key])

    def kept(self, key: Hashable, batch: Callable[[list[Any]], Awaitable[Sequence[Any]]]) -> Kept:
        """What a batch has answered in this request."""
        if key not in self._loaders:
            self._loaders[key] = Kept(batch)
        return cast("Kept", self._loaders[key])

    def forget(self) -> None:
        """Drop what was loaded: something has just been changed."""
        self._loaders.clear()

    def end(self) -> None:
        """Let go of everything. graphql-core points at itself and at us: what hangs on us, a whole
        connection with its buffers, would wait until the collector next looks for cycles."""
        self.forget()
        self.renew = self.told = None
