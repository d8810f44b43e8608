"""Where things stand on the public site, from its root. These addresses are for ever."""

SAMPLE_CERTIFICATE = "/sample/certificate.pdf"
SAMPLE_EVIDENCE = "/sample/evidence.zip"


def page_url(document: str, number: int) -> str:
    """The page of an edition: "/offer/3/"."""
    return f"/{document}/{number}/"


def source_url(document: str, number: int) -> str:
    """The exact bytes of an edition: "/offer/3/offer.md"."""
    return f"/{document}/{number}/{document}.md"


def pdf_url(document: str, number: int) -> str:
    """An edition typeset for reading and printing: "/offer/3/offer.pdf"."""
    return f"/{document}/{number}/{document}.pdf"


def redline_url(document: str, old: int, new: int) -> str:
    """What changed between two editions: "/offer/redline/2-3/"."""
    return f"/{document}/redline/{old}-{new}/"
