"""A real time-stamping authority on this machine: `openssl ts` behind a small server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import serving

CONFIG = """
[tsa]
default_tsa = mine
[mine]
serial = {folder}/serial
signer_cert = {folder}/cert.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Answers at `url`. What it does wrong can be chosen; `asked` counts who came."""

    folder: Path
    url: str = ""
    asked: int = 0
    answer: bytes | None = None
    status: int = 200
    kept: list[bytes] = field(default_factory=list)

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.pem"

    def reply(self, query: bytes) -> bytes:
        """The DER answer to a DER query, or whatever the test has put in its place."""
        self.asked += 1
        if self.answer is not None:
            return self.answer
        (self.folder / "query.tsq").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-queryfile", "query.tsq", "-config", "tsa.cnf"]
        subprocess.run([*command, "-out", "answer.tsr"], cwd=self.folder, check=True,
                       capture_output=True)  # fmt: skip
        answer = (self.folder / "answer.tsr").read_bytes()
        self.kept.append(answer)
        return answer


@contextmanager
def an_authority(folder: Path) -> Iterator[Authority]:
    """An authority with a key of its own, serving until the block ends."""
    authority = Authority(folder)
    _credentials(folder)
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")

    async def stamp(request: Request) -> Response:
        answer = await run_in_threadpool(authority.reply, await request.body())
        return Response(answer, authority.status, media_type="application/timestamp-reply")

    with serving(lambda _: Starlette(routes=[Route("/", stamp, methods=["POST"])])) as url:
        authority.url = url + "/"
        yield authority


def _credentials(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
