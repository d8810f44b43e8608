"""Is an answer of a time-stamping authority (RFC 3161) a stamp of these very bytes?"""

from datetime import datetime
from hashlib import sha256

from rfc3161_client import decode_timestamp_response


def stamped(answer: bytes, data: bytes) -> datetime | None:
    """When, by the authority's clock (UTC), `data` was stamped; None if this is no stamp of it.

    The signature is not judged: whom to trust is for whoever checks to say.
    """
    try:
        told = decode_timestamp_response(answer).tst_info
    except ValueError:
        return None
    return told.gen_time if told.message_imprint.message == sha256(data).digest() else None
