"""How large a public text may be. An offer of a hundred pages has a quarter of this."""

from offer.errors import OfferError

MAX_BYTES = 1024 * 1024


def refuse_large(data: bytes, source: str) -> None:
    """Raises OfferError("too_large"), at once, where reading would take minutes."""
    if len(data) > MAX_BYTES:
        megabytes = f"{len(data) / MAX_BYTES:.1f}".replace(".", ",")
        raise OfferError(
            "too_large",
            f"{source}: файл занимает {megabytes} МиБ, а текст документа — не больше 1 МиБ. "
            "Проверьте, тот ли это файл.",
        )
