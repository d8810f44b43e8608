"""The log: one JSON object a line, made for machines to keep and search."""

import logging
import sys
from typing import TextIO

import structlog


def begin(to: TextIO = sys.stderr, *, briefly: bool = False) -> None:
    """Write it from now on; loggers that have spoken already keep what they began with.

    `briefly`: for a command that ends and says itself what it did, only warnings and worse.
    """
    least = logging.WARNING if briefly else logging.NOTSET
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(least),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(to),
    )
