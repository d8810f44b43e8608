"""The published heads of the ledger, for anyone to keep: nothing but the chain, nobody in it."""

from hashlib import sha256

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from checkout.publish_head import SCHEMA, published_heads, stamping
from checkout.shop import Shop
from checkout.web.asked import Asked
from offer.evidence.chain import instant

# a head more a day: whoever asks often is answered by any cache in between
CACHING = {"cache-control": "public, max-age=60", "access-control-allow-origin": "*"}


def published(asked: Asked, shop: Shop) -> Response:
    """GET /ledger/heads.json: every published head, the newest last."""
    heads = [
        {
            "day": head.day.isoformat(),
            "at": instant(head.at),
            "number": head.number,
            "hash": head.hash,
        }
        for head in published_heads(shop)
    ]
    told = {"schema": SCHEMA, "heads": heads, "time_stamps": stamping(shop)}
    answer = JSONResponse(told, headers=CACHING)
    answer.headers["etag"] = f'"{sha256(answer.body).hexdigest()[:32]}"'
    if StaticFiles().is_not_modified(Headers(raw=answer.raw_headers), asked.request.headers):
        unchanged = {**CACHING, "etag": answer.headers["etag"]}
        return Response(status_code=304, headers=unchanged)
    return answer
