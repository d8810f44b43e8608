"""Letters over a real SMTP connection: as they arrive, and every way they are not taken."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.policy import compat32, default
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout.mail.letters import Letter, paid_letter
from checkout.mail.mailbox import Mailbox
from checkout.mail.smtp import Mailer, MailError, compose
from tests.mail.facts import MOSCOW, settlement

SENDER = "Поддержка <robot@oferta.example>"
DATE = datetime(2026, 11, 22, 11, 3, 30, tzinfo=UTC)


def letter(**changes: Any) -> Letter:
    return replace(paid_letter(settlement(), b"%PDF-1.7\n\x00\xff", zone=MOSCOW), **changes)


def send(smtp_url: str, what: Letter | None = None, **options: Any) -> str:
    mailer, sent = Mailer(smtp_url, options.pop("mail_from", SENDER), **options), what or letter()
    return mailer.send(
        mailer.compose(sent, message_id="<7f3a@oferta.example>", date=DATE), to=sent.to
    )


def test_a_letter_arrives_as_it_was_written() -> None:
    with Mailbox() as mailbox:
        assert send(mailbox.smtp_url) == "250 OK: kept as 1"
        (kept,) = mailbox.letters
    assert kept.header("Subject") == "Оплачено: 5 часов поддержки до 22.12.2026"
    assert kept.header("From") == "Поддержка <robot@oferta.example>"
    assert kept.header("To") == "m.kovaleva@example.ru"
    assert kept.header("Reply-To") == "dudkinanton@bk.ru"
    assert kept.header("Message-ID") == "<7f3a@oferta.example>"
    assert kept.header("Auto-Submitted") == "auto-generated"
    assert kept.date == DATE
    assert kept.text == letter().text
    html = kept.message.get_body(("html",))
    assert html is not None
    assert html.get_content().replace("\r\n", "\n") == letter().html
    (file,) = kept.attachments
    assert (file.name, file.media_type) == ("certificate-26-0001.pdf", "application/pdf")
    assert file.data == b"%PDF-1.7\n\x00\xff"


def test_a_letter_is_seven_bit_on_the_wire_and_no_line_is_too_long() -> None:
    with Mailbox() as mailbox:
        send(mailbox.smtp_url)
        (kept,) = mailbox.letters
    assert kept.raw.isascii()
    assert max(map(len, kept.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in kept.raw.replace(b"\r\n", b"")


@settings(deadline=None)
@given(words=st.lists(st.text("абвЖё№«5a₽", min_size=1, max_size=30), min_size=1, max_size=30))
def test_no_subject_and_no_senders_name_loses_a_letter_or_a_space(words: list[str]) -> None:
    line = " ".join(words)
    sender = Address(line, addr_spec="robot@oferta.example")
    message = compose(letter(subject=line), mail_from=sender, message_id="<1@a.ru>", date=DATE)
    wire = message.as_bytes()
    assert max(map(len, wire.split(b"\r\n"))) <= 120
    assert message_from_bytes(wire, policy=default)["Subject"] == line
    # the parser of the new policy adds spaces of its own between encoded words of a name
    read = message_from_bytes(wire, policy=compat32)["From"]
    assert str(make_header(decode_header(read))) == f"{line} <robot@oferta.example>"


def test_a_line_of_one_dot_does_not_end_the_letter() -> None:
    with Mailbox() as mailbox:
        send(mailbox.smtp_url, letter(text="раз\n.\n..два\n", attachments=()))
        assert mailbox.letters[0].text == "раз\n.\n..два\n"


def test_the_same_letter_twice_is_the_same_bytes_but_for_its_boundaries() -> None:
    with Mailbox() as mailbox:
        send(mailbox.smtp_url)
        send(mailbox.smtp_url)
        one, two = (re.sub(rb"={15}\d+==", b"", kept.raw) for kept in mailbox.letters)
    assert one == two


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        ("550 5.1.1 no such user", True),
        ("552 mailbox is full", True),
        ("450 4.2.1 try later", False),
        ("421 too many letters", False),
    ],
)
def test_a_refused_recipient_is_permanent_and_a_busy_server_is_not(
    reply: str, permanent: bool
) -> None:
    with Mailbox(answer=lambda address: reply) as mailbox:
        with pytest.raises(MailError, match=re.escape(reply)) as refused:
            send(mailbox.smtp_url)
        assert mailbox.letters == []
    assert (refused.value.permanent, refused.value.code) == (permanent, "mail")


@pytest.mark.parametrize(("reply", "permanent"), [("554 spam", True), ("451 disk", False)])
def test_a_letter_refused_after_its_data_is_told_apart_too(reply: str, permanent: bool) -> None:
    class Refusing(Mailbox):
        async def handle_DATA(self, *args: object) -> str:  # noqa: N802
            return reply

    with Refusing() as mailbox, pytest.raises(MailError) as refused:
        send(mailbox.smtp_url)
    assert refused.value.permanent is permanent


def test_a_refused_sender_is_a_setting_to_mend_so_the_letter_waits() -> None:
    class Choosy(Mailbox):
        async def handle_MAIL(self, *args: object) -> str:  # noqa: N802
            return "553 sender not allowed"

    with Choosy() as mailbox, pytest.raises(MailError, match="553") as refused:
        send(mailbox.smtp_url)
    assert not refused.value.permanent


def test_a_server_that_is_not_there_is_temporary() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(MailError, match=r"127\.0\.0\.1") as refused:
            send(f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
    assert not refused.value.permanent


@contextmanager
def talking(script: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of one connection that behaves as `script`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        with connection:
            script(connection)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join()
        listener.close()


def test_a_server_that_says_nothing_is_left_after_the_timeout() -> None:
    def silent(connection: socket.socket) -> None:
        connection.recv(1)  # returns when the client gives up

    with talking(silent) as url, pytest.raises(MailError) as refused:
        send(url, timeout=0.2)
    assert not refused.value.permanent


def test_a_letter_that_was_taken_is_not_sent_again_when_parting_fails() -> None:
    def rude(connection: socket.socket) -> None:
        stream = connection.makefile("rwb")
        for answer in (b"220 hi", b"250 me", b"250 ok", b"250 ok", b"354 go"):
            stream.write(answer + b"\r\n")
            stream.flush()
            stream.readline()
        while stream.readline() != b".\r\n":
            pass
        stream.write(b"250 kept\r\n")
        stream.close()  # and hangs up without waiting for QUIT

    with talking(rude) as url:
        assert send(url) == "250 kept"


def test_a_connection_that_breaks_before_the_answer_is_temporary() -> None:
    def breaking(connection: socket.socket) -> None:
        connection.sendall(b"220 hi\r\n")
        connection.recv(100)

    with talking(breaking) as url, pytest.raises(MailError) as refused:
        send(url)
    assert not refused.value.permanent


AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert("localhost")


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    CERTIFICATE.configure_cert(server)
    AUTHORITY.configure_trust(client)
    return server, client


class Keeping:
    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.seen.append(envelope.content)
        return "250 taken"


@contextmanager
def guarded(scheme: str) -> Iterator[tuple[str, ssl.SSLContext, Keeping]]:
    """A server that wants TLS and a password."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == b"p@ss/word"
        return AuthResult(success=good, handled=good)

    server, client = contexts()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tls = {"ssl_context": server} if scheme == "smtps" else {"tls_context": server}
    handler = Keeping()
    controller = Controller(
        handler, hostname="localhost", port=port, server_hostname="localhost",
        authenticator=check, auth_required=True, auth_require_tls=scheme != "smtps", **tls,
    )  # fmt: skip
    controller.start()
    try:
        yield f"{scheme}://robot:{{}}@localhost:{port}", client, handler
    finally:
        controller.stop()


# aiosmtpd does not see that a connection which begins in TLS is under TLS
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_tls_and_a_percent_encoded_password_work(scheme: str) -> None:
    with guarded(scheme) as (url, trust, handler):
        assert send(url.format("p%40ss%2Fword"), trust=trust) == "250 taken"
        assert len(handler.seen) == 1


# aiosmtpd does not see that a connection which begins in TLS is under TLS
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_wrong_password_or_a_foreign_certificate_keeps_the_letter_waiting(scheme: str) -> None:
    with guarded(scheme) as (url, trust, handler):
        for options in ({"trust": trust}, {}):
            with pytest.raises(MailError) as refused:
                send(url.format("guess"), **options)
            assert not refused.value.permanent
            assert "guess" not in str(refused.value)
        assert handler.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "a@example.ru\r\nBcc: all@example.ru",
        "a@example.ru\nBcc: b@example.ru",
        "a@example.ru, b@example.ru",
        "Имя <a@example.ru>",
        "a@",
        "@example.ru",
        "a",
        "",
        "a b@example.ru",
        "a@exa mple.ru",
        "a@example.ru\x00",
        "<a@example.ru>",
        "a@example..ru",
        "иван@example.ru",
    ],
)
def test_what_is_not_one_plain_address_is_refused_before_any_connection(address: str) -> None:
    with Mailbox() as mailbox:
        for what in (letter(to=address), letter(reply_to=address or "x")):
            with pytest.raises(MailError) as refused:
                send(mailbox.smtp_url, what)
            assert refused.value.permanent
        assert mailbox.letters == []


def test_a_subject_with_a_line_break_cannot_add_a_header() -> None:
    with Mailbox() as mailbox, pytest.raises(MailError) as refused:
        send(mailbox.smtp_url, letter(subject="Оплачено\r\nBcc: all@example.ru"))
    assert refused.value.permanent


def test_a_cyrillic_domain_is_reached() -> None:
    with Mailbox() as mailbox:
        send(mailbox.smtp_url, letter(to="office@почта.рф"))
        assert mailbox.letters[0].header("To") == "office@xn--80a1acny.xn--p1ai"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail.example.ru", SENDER),
        ("smtp://", SENDER),
        ("mail.example.ru:25", SENDER),
        ("smtp://mail.example.ru:port", SENDER),
        ("smtp://mail.example.ru", "robot"),
        ("smtp://mail.example.ru", "a@example.ru, b@example.ru"),
        ("smtp://mail.example.ru", "Робот\r\nBcc: x@example.ru <a@example.ru>"),
        ("smtp://mail.example.ru", ""),
    ],
)
def test_settings_that_cannot_be_understood_are_refused_at_once(url: str, sender: str) -> None:
    with pytest.raises(MailError, match="Нужен такой"):
        Mailer(url, sender)
