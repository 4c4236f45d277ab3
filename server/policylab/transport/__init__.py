"""Bytes in, bytes out: HTTP and websockets. Nothing is decided here."""
