"""A YooKassa that does nothing but answer, over TLS: `python -m benchmarks.provider …`.

It knows the prepared payments and says of each that it succeeded. The simulator checks and keeps
what it is told, which would be measured with the shop.
"""

import asyncio
import json
import os
import socket
import ssl
import sys
from pathlib import Path

import certifi
import trustme

from benchmarks.rows import prepared
from checkout.domain.payment import Payment
from checkout.gateway.wire import amount_text
from offer.evidence.chain import instant

BUNDLE, SERVER = "authorities.pem", "provider.pem"


def make_certificates(folder: Path) -> None:
    """One for 127.0.0.1, and its authority beside all the usual ones, as a client has them."""
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / SERVER)
    usual = Path(certifi.where()).read_bytes()
    (folder / BUNDLE).write_bytes(usual + b"\n" + authority.cert_pem.bytes())


def told(payment: Payment) -> bytes:
    """The payment object as YooKassa's API would write it."""
    amount = {"value": amount_text(payment.amount_kopecks), "currency": payment.currency}
    return json.dumps(
        {
            "id": payment.id,
            "status": payment.status,
            "paid": payment.paid,
            "amount": amount,
            "created_at": instant(payment.created_at),
            "captured_at": instant(payment.captured_at or payment.created_at),
            "metadata": dict(payment.metadata),
            "payment_method": {"type": "bank_card", "id": payment.id, "saved": False},
            "recipient": {"account_id": payment.shop_id, "gateway_id": "1"},
            "refundable": True,
            "refunded_amount": {"value": "0.00", "currency": "RUB"},
            "test": payment.test,
        }
    ).encode()


async def serve(folder: Path, listener: socket.socket) -> None:
    """Answer GET /v3/payments/{id} until killed."""
    known = {it.id.encode(): told(it) for it in prepared(folder)}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = known[head.split(b" ", 2)[1].rpartition(b"/")[2]]
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / SERVER)
    server = await asyncio.start_server(answer, sock=listener, ssl=context)
    await server.serve_forever()


def main() -> None:
    folder, listening, core = sys.argv[1:]
    if core != "-":
        os.sched_setaffinity(0, {int(core)})
    with socket.socket(fileno=int(listening)) as listener:
        asyncio.run(serve(Path(folder), listener))


if __name__ == "__main__":
    main()
