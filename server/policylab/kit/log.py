"""The log: events with fields, never people's words, names or addresses."""

import structlog

log = structlog.get_logger("policylab")


def configure(*, json: bool) -> None:
    """Write for programs when `json`, else for people."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        cache_logger_on_first_use=True,
    )
