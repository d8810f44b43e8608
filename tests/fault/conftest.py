"""The log as the service writes it: the default one takes seconds to paint a trace."""

from tests.web.conftest import plain_log

__all__ = ["plain_log"]
