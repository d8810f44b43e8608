"""Letters leave here, one SMTP connection each; the server's answer is handed back to be kept."""

import smtplib
import ssl
from contextlib import closing, suppress
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from checkout.domain.errors import CheckoutError
from checkout.mail.letters import Letter

PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
TIMEOUT: Final = 20.0


class _Wire(EmailPolicy):
    """Headers in encoded words by the older `Header`.

    The folding of EmailPolicy itself loses spaces between long Russian words (Python 3.11).
    """

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - as it is inherited
        if name == "Subject":
            return self._line(name, str(value))
        if name == "From" and not value.addresses[0].display_name.isascii():
            (sender,) = value.addresses
            return self._line(name, sender.display_name, f" <{sender.addr_spec}>")
        return super().fold_binary(name, value)

    def _line(self, name: str, words: str, rest: str = "") -> bytes:
        charset = "us-ascii" if words.isascii() else "utf-8"
        encoded = Header(words, charset, header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{rest}{self.linesep}".encode("ascii")


# Seven bits everywhere: no relay on the way can spoil a letter or break a signature on it.
POLICY: Final = _Wire(linesep="\r\n", cte_type="7bit")


class MailError(CheckoutError):
    """A letter was not taken. `permanent`: this address or this letter was refused for good (5xx),
    so trying again is of no use; else the server could not be used now."""

    code = "mail"

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class Mailer:
    """Sends letters through one SMTP server, named by a URL.

    `smtp_url`: smtp://, smtps:// or smtp+starttls://[user:password@]host[:port], user and
    password percent-encoded. `mail_from` is an address, or a name with an address in <>.
    Raises MailError when either cannot be understood.
    """

    def __init__(
        self,
        smtp_url: str,
        mail_from: str,
        *,
        timeout: float = TIMEOUT,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._url = _server(smtp_url)
        self._from = _sender(mail_from)
        self._timeout = timeout
        self._trust = trust

    def compose(self, letter: Letter, *, message_id: str, date: datetime) -> bytes:
        """The letter's bytes as they go over the wire: keep them, and send them as often as needed.

        `message_id` stands in <>, `date` is aware. Raises MailError.
        """
        return compose(letter, mail_from=self._from, message_id=message_id, date=date).as_bytes()

    def send(self, raw: bytes, *, to: str) -> str:
        """Hand one letter over; returns the server's answer, such as «250 OK: queued as 7F3A».

        The same bytes sent twice are seen to be the same letter. Raises MailError.
        """
        recipient = _recipient(to)
        try:
            with closing(self._connect()) as smtp:
                answer = self._hand_over(smtp, raw, recipient)
                # it is taken: what goes wrong while parting must not send it again
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
                return answer
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(
                f"Почтовый сервер {self._url.hostname} не принял письмо: {error}", permanent=False
            ) from error

    def greet(self) -> str:
        """Connect, log in, part without sending; returns the server's name. Raises MailError."""
        try:
            with closing(self._connect()) as smtp:
                smtp.ehlo_or_helo_if_needed()
                return str(self._url.hostname)
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(
                f"Почтовый сервер {self._url.hostname} не отвечает: {error}", permanent=False
            ) from error

    def _connect(self) -> smtplib.SMTP:
        host, port = str(self._url.hostname), self._url.port or PORTS[self._url.scheme]
        if self._url.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=self._timeout, context=self._trusted()
            )
        else:
            smtp = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            if self._url.scheme == "smtp+starttls":
                smtp.starttls(context=self._trusted())
            if self._url.username:
                smtp.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _trusted(self) -> ssl.SSLContext:
        """Whose certificates are believed. Reading them costs 70 ms, so not where none is shown."""
        return self._trust or ssl.create_default_context()

    def _hand_over(self, smtp: smtplib.SMTP, raw: bytes, recipient: Address) -> str:
        smtp.ehlo_or_helo_if_needed()
        _expect(smtp.mail(self._from.addr_spec), permanent=False)
        _expect(smtp.rcpt(recipient.addr_spec))
        try:
            return _expect(smtp.data(raw))
        except smtplib.SMTPDataError as error:
            return _expect((error.smtp_code, error.smtp_error))


def compose(letter: Letter, *, mail_from: Address, message_id: str, date: datetime) -> EmailMessage:
    """The letter as MIME. Raises MailError (permanent) if a header cannot be written safely."""
    message = EmailMessage(policy=POLICY)
    try:
        message["From"] = mail_from
        message["To"] = _recipient(letter.to)
        if letter.reply_to:
            message["Reply-To"] = _recipient(letter.reply_to)
        message["Subject"] = letter.subject
        message["Date"] = date
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
    except ValueError as error:
        raise MailError(f"Письмо нельзя составить: {error}", permanent=True) from error
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for part in letter.attachments:
        kind, _, subtype = part.media_type.partition("/")
        message.add_attachment(part.data, maintype=kind, subtype=subtype, filename=part.name)
    return message


def _expect(answer: tuple[int, bytes | str], *, permanent: bool = True) -> str:
    """The server's answer as text; a refused sender is a setting to mend, so not `permanent`."""
    code, words = answer
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in (250, 251):
        return f"{code} {text}"
    raise MailError(
        f"Почтовый сервер не принял письмо: {code} {text}",
        permanent=permanent and 500 <= code < 600,
    )


def _server(smtp_url: str) -> SplitResult:
    url = urlsplit(smtp_url)
    try:
        understood = url.scheme in PORTS and url.hostname and url.port != 0
    except ValueError:  # a port that is no number
        understood = False
    if not understood:
        raise MailError(
            "Адрес почтового сервера непонятен. Нужен такой: "
            "smtp+starttls://имя:пароль@smtp.example.ru:587",
            permanent=True,
        )
    return url


def _sender(mail_from: str) -> Address:
    message = EmailMessage(policy=POLICY)
    try:
        message["From"] = mail_from
        (address,) = message["From"].addresses
        return Address(address.display_name, addr_spec=_recipient(address.addr_spec).addr_spec)
    except (ValueError, MessageError, MailError) as error:
        raise MailError(
            "Адрес отправителя непонятен. Нужен такой: «Поддержка <robot@example.ru>»",
            permanent=True,
        ) from error


def _recipient(address: str) -> Address:
    """One bare address; a Cyrillic domain goes out as xn--…, which every server understands."""
    local, at, domain = address.rpartition("@")
    try:
        parsed = Address(addr_spec=f"{local}{at}{domain.encode('idna').decode()}")
    except (ValueError, IndexError, MessageError) as error:
        raise MailError(f"Адрес {address!r} записан с ошибкой", permanent=True) from error
    if not (parsed.username and parsed.domain and parsed.addr_spec.isascii()):
        raise MailError(f"На адрес {address!r} письмо отправить нельзя", permanent=True)
    return parsed
