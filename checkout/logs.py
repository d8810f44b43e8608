"""The log: one JSON object a line, made for machines to keep and search."""

import sys
from typing import TextIO

import structlog


def begin(to: TextIO = sys.stderr) -> None:
    """Write it from now on; loggers that have spoken already keep what they began with."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(to),
    )
