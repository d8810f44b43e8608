"""Which stored encoding of a file a client may be sent (RFC 9110, 12.5.3). Nothing but the header.

No library does just this: Starlette compresses on the fly and reads no weights, and those that
serve stored siblings try Brotli first whatever the client says of it.
"""

# best first; with the ending of the sibling that `offer publish` put beside the file
SIBLINGS = {"br": ".br", "gzip": ".gz"}
OTHER_NAMES = {"x-gzip": "gzip"}


def acceptable(header: str | None) -> tuple[str, ...]:
    """The encodings of SIBLINGS that the client prefers to the plain file, best first.

    `header` is Accept-Encoding; None where there was none. Equal weights: the smaller file wins.
    """
    weights = _weights(header or "")
    anything = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)
    wanted = {name: weights.get(name, anything) for name in SIBLINGS}
    ranked = sorted(SIBLINGS, key=lambda name: -wanted[name])
    return tuple(name for name in ranked if wanted[name] > 0 and wanted[name] >= plain)


def _weights(header: str) -> dict[str, float]:
    """Encoding → weight; whatever cannot be read is left out."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (it.strip() for it in part.split(";"))
        weight = _weight(parameters)
        if name and weight is not None:
            weights[OTHER_NAMES.get(name, name)] = weight
    return weights


def _weight(parameters: list[str]) -> float | None:
    """`q` of a list of parameters, 1 without one; None if it is no number from 0 to 1."""
    given = [it.partition("=")[2].strip() for it in parameters if it.startswith("q")]
    try:
        weight = float(given[0]) if given else 1.0
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None
