"""Tickets: what somebody said, sealed so that she can say it again but nobody else can read it."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Tickets:
    """Written and read with the house's secret."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"coedit ticket" + secret.encode()).digest()
        self._sealing = Fernet(base64.urlsafe_b64encode(key))

    def write(self, said: str) -> str:
        return self._sealing.encrypt(said.encode()).decode()

    def read(self, ticket: str, *, seconds: int) -> str | None:
        """What was said; None where the ticket is older than this, or none of ours."""
        try:
            return self._sealing.decrypt(ticket.encode(), ttl=seconds).decode()
        except InvalidToken:
            return None
