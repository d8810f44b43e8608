"""A redline for a terminal: `[-removed-]{+added+}`, as `git diff --word-diff` writes it."""

from offer.redline import clause_title, redline

MARKS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def redline_text(old: str, new: str) -> str:
    """The changed clauses, each under its name; "" when the words are the same."""
    return "\n\n".join(
        f"{clause_title(change)}\n"
        + "".join(MARKS[piece.kind].format(piece.text) for piece in change.pieces)
        for change in redline(old, new)
    )
