"""The log: events with fields, never people's words, names or addresses."""

import orjson
import structlog

log = structlog.get_logger("policylab")


def configure(*, json: bool) -> None:
    """Write lines for programs when `json`, else for people."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps)
            if json
            else structlog.dev.ConsoleRenderer(),
        ],
        logger_factory=structlog.BytesLoggerFactory() if json else structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
