"""A request that has passed its guard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

MOST_FIELDS = 100


@dataclass(frozen=True)
class Asked:
    """The request, its form (the first value of each field), its raw body, who sent it.

    `spends` counts one more order of the client or the package that is named, or raises Denied.
    `eagerly`: YooKassa may be asked for it; nobody's page is asked for that often.
    """

    request: Request
    fields: Mapping[str, str]
    body: bytes
    address: str
    spends: Callable[[str], None]
    eagerly: bool = True

    @property
    def user_agent(self) -> str:
        return self.request.headers.get("user-agent", "")[:400]

    def path(self, name: str) -> str:
        """A part of the address, as text that fits a database."""
        return str(self.request.path_params[name]).replace("\0", "")

    def query(self, name: str) -> str:
        """A parameter of the address, as text that fits a database; "" if there is none."""
        return self.request.query_params.get(name, "").replace("\0", "")


def read_fields(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded form, the first value of each; {} if it is none."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"
        )
    except ValueError:
        return {}
    # NUL and lone surrogates fit no database
    clean = ((name, value.replace("\0", "")) for name, value in pairs)
    fields: dict[str, str] = {}
    for name, value in clean:
        fields.setdefault(name, value)
    return fields
