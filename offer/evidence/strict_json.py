"""JSON as evidence holds it: canonical, so that a value has one spelling and one hash.

What comes from a stranger's file may be anything: every refusal here is one exception.
"""

import json
from collections.abc import Mapping

from offer.evidence.chain import canonical


class NotCanonicalError(ValueError):
    """The bytes are no canonical JSON; the text is a Russian sentence about them."""


class _Missing:
    """What stands where a value does not: equal to nothing a file can say."""


MISSING = _Missing()


def parsed(data: bytes) -> object:
    """The value of canonical JSON bytes (RFC 8785, whole numbers only).

    Raises NotCanonicalError.
    """
    try:
        text = data.decode()
        value: object = json.loads(text, parse_float=_refused, parse_constant=_refused)
        same = canonical(value) == text
    except UnicodeDecodeError:
        raise NotCanonicalError("это не текст в UTF-8") from None
    except (ValueError, RecursionError, OverflowError, TypeError):
        raise NotCanonicalError("это не JSON фактов") from None
    if not same:
        raise NotCanonicalError("JSON записан не канонически (RFC 8785)")
    return value


def _refused(written: str) -> object:
    raise ValueError(written)


def at(value: object, *path: str) -> object:
    """The value at a path of names; MISSING where there is none or it is not an object."""
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return MISSING
        value = value[name]
    return value


def same(one: object, other: object) -> bool:
    """Both are there and equal as JSON: 1 is not true."""
    if isinstance(one, _Missing) or isinstance(other, _Missing):
        return False
    return canonical(one) == canonical(other)


def text_at(value: object, *path: str) -> str:
    """The string at a path, "" for anything else."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def number_at(value: object, *path: str) -> int:
    """The whole number at a path, −1 for anything else."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else -1
