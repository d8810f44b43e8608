"""Sign in by a letter: whoever reads a mailbox is its client.

Asking for a letter looks nobody up, so a stranger's question takes as long and is answered as a
client's. The worker writes the letter: then its link and its code are made, and only their hashes
are kept. A link is confirmed by POST, because mail servers open links; a code is good only in the
browser that asked for it. Nobody else's sign-in is used (149-ФЗ ст. 8 ч. 10).
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from checkout.correct import Whence, correct_account
from checkout.domain import account as rules
from checkout.domain.account import Account, Purpose, Session
from checkout.mail.account_letters import Key, beginning, entering, readdressing
from checkout.mail.letters import Letter
from checkout.mail.smtp import MailError
from checkout.shop import Shop, new_id
from checkout.store import accounts, ledger, sessions, sign_ins
from checkout.store.engine import Tx
from checkout.store.sign_ins import SignIn
from offer.evidence.settlement import Party

log = structlog.get_logger()
AT_ONCE = 20


@dataclass(frozen=True)
class Entered:
    """Whoever came in: the value of his session's cookie."""

    cookie: str


def ask_for_letter(shop: Shop, email: str, newcomer: Party | None = None) -> str:
    """Have a letter sent, if there is whom to send it to; the value of the browser's cookie."""
    purpose = Purpose.BEGIN if newcomer else Purpose.ENTER
    told = json.dumps(vars(newcomer)) if newcomer else None
    return ask(shop, purpose, email, told=told)


def email_of(text: str) -> str | None:
    """The address that was typed; None where it is none."""
    # here: it builds its patterns when it is loaded, longer than a page takes
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        return None


def ask(
    shop: Shop,
    purpose: Purpose,
    email: str,
    *,
    told: str | None = None,
    order_id: int | None = None,
) -> str:
    """The same for any purpose."""
    sign_in_id, secret = new_id(), secrets.token_urlsafe(24)
    shop.store.transact(
        lambda tx: sign_ins.add(
            tx,
            {
                "id": sign_in_id,
                "purpose": purpose,
                "email": rules.mailbox(email),
                "order_id": order_id,
                "told": told,
                "browser_sha256": rules.secret_hash(secret),
                "expires_at": tx.now + rules.LINK_LIVES,
            },
        )
    )
    shop.wake.set()
    return f"{sign_in_id}.{secret}"


def send_links(shop: Shop) -> int:
    """Write and send the letters that were asked for; how many left."""
    sent = 0
    for _ in range(AT_ONCE):
        asked = shop.store.transact(sign_ins.claim)
        if asked is None:
            return sent
        sent += _send(shop, asked)
    shop.wake.set()
    return sent


def _send(shop: Shop, asked: SignIn) -> bool:
    link, code = secrets.token_urlsafe(24), f"{secrets.randbelow(10**rules.CODE_DIGITS):08}"
    hashes = {"code_sha256": rules.code_hash(code, asked.id)}
    if asked.purpose is not Purpose.READDRESS:  # its code is good in one browser, and is enough
        hashes["link_sha256"] = rules.secret_hash(link)
    known = shop.store.transact(lambda tx: _reader(tx, asked, hashes))
    if known is None:
        return False
    url = f"{shop.settings.public_url}/account/link/{link}"
    key = Key(known.to, url, code, asked.expires_at - shop.store.clock(), shop.settings.test)
    return _hand_over(shop, asked, key, is_new=known.is_new)


@dataclass(frozen=True)
class _Reader:
    to: str
    is_new: bool


def _reader(tx: Tx, asked: SignIn, hashes: dict[str, str]) -> _Reader | None:
    """Whom the letter goes to; nobody if he wants to enter what is not there."""
    account = accounts.by_email(tx, asked.email)
    if account is None and asked.purpose is Purpose.ENTER:
        sign_ins.change(tx, asked.id, due_at=None)
        return None
    sign_ins.change(tx, asked.id, **hashes)
    return _Reader(asked.email, account is None)


def _hand_over(shop: Shop, asked: SignIn, key: Key, *, is_new: bool) -> bool:
    letter = _letter(asked, key, is_new=is_new)
    domain = shop.settings.mail_from.rpartition("@")[2].rstrip(">")
    message_id = f"<{asked.id}.{asked.tries}@{domain}>"
    try:
        raw = shop.mailer.compose(letter, message_id=message_id, date=shop.store.clock())
        shop.mailer.send(raw, to=letter.to)
    except MailError as error:
        log.warning("sign-in letter not sent", sign_in=asked.id, permanent=error.permanent)
        shop.store.transact(partial(_later, asked=asked, is_hopeless=error.permanent))
        return False
    shop.store.transact(lambda tx: sign_ins.change(tx, asked.id, due_at=None))
    return True


def _letter(asked: SignIn, key: Key, *, is_new: bool) -> Letter:
    if asked.purpose is Purpose.READDRESS:
        return readdressing(key)
    return beginning(key) if is_new else entering(key)


def _later(tx: Tx, asked: SignIn, *, is_hopeless: bool) -> None:
    pause = sign_ins.FIRST_PAUSE * 2 ** min(asked.tries, 6)
    sign_ins.change(tx, asked.id, due_at=None if is_hopeless else tx.now + pause)


def whose_link(shop: Shop, link: str) -> SignIn | None:
    """What an unused link of a letter is for; looking changes nothing."""
    found = shop.store.read(lambda tx: sign_ins.by_link(tx, rules.secret_hash(link)))
    return found if found and found.is_open(shop.store.clock()) else None


def enter_by_link(shop: Shop, link: str, whence: Whence) -> Entered | None:
    """Use a link, once; None if it is nobody's, used already, or too old."""
    return shop.store.transact(lambda tx: _by_link(tx, link, whence))


def _by_link(tx: Tx, link: str, whence: Whence) -> Entered | None:
    ledger.alone(tx)  # before the letter's row: whoever closes an account locks them so
    found = sign_ins.by_link(tx, rules.secret_hash(link))
    if found is None or not found.is_open(tx.now):
        return None
    return _let_in(tx, found, whence)


def enter_by_code(shop: Shop, cookie: str, code: str, whence: Whence) -> Entered | None:
    """Use a code in the browser that asked for it; None if it is wrong, or tried too often."""
    given = tried(shop, cookie, code)
    return shop.store.transact(lambda tx: _by_code(tx, given, whence)) if given else None


def tried(shop: Shop, cookie: str, code: str) -> tuple[str, str, str] | None:
    """A guess: whose letter, the secret of its browser, and the hash of what was typed.

    The hash is dear, so it is made for nobody whose cookie asked for no letter: None.
    """
    sign_in_id, _, secret = cookie.partition(".")
    if not shop.store.read(lambda tx: _to_weigh(tx, sign_in_id, secret)):
        return None
    typed = "".join(sign for sign in code if sign.isdigit())[: rules.CODE_DIGITS]
    return sign_in_id, secret, rules.code_hash(typed, sign_in_id)


def _by_code(tx: Tx, given: tuple[str, str, str], whence: Whence) -> Entered | None:
    ledger.alone(tx)
    found = weighed(tx, *given)
    if found is None or found.purpose is Purpose.READDRESS:
        return None
    return _let_in(tx, found, whence)


def weighed(tx: Tx, sign_in_id: str, secret: str, code_sha256: str) -> SignIn | None:
    """The letter whose code was guessed; a guess is counted before it is weighed."""
    found = _to_weigh(tx, sign_in_id, secret)
    if found is None:
        return None
    sign_ins.change(tx, found.id, guesses=found.guesses + 1)
    return found if hmac.compare_digest(found.code_sha256 or "", code_sha256) else None


def _to_weigh(tx: Tx, sign_in_id: str, secret: str) -> SignIn | None:
    """The letter that this browser asked for, while its code may still be guessed."""
    found = sign_ins.by_id(tx, sign_in_id)
    if found is None or not found.is_open(tx.now) or found.guesses >= rules.MOST_GUESSES:
        return None
    is_its = hmac.compare_digest(found.browser_sha256, rules.secret_hash(secret))
    return found if is_its else None


def _let_in(tx: Tx, used: SignIn, whence: Whence) -> Entered:
    sign_ins.change(tx, used.id, used_at=tx.now, due_at=None, told=None)
    account = accounts.of_email(tx, used.email)
    accounts.prove(tx, account)
    if used.told:
        correct_account(tx, account, Party(**json.loads(used.told)), whence, is_first=True)
    return Entered(begin_session(tx, account, whence.user_agent))


def begin_session(tx: Tx, account: Account, user_agent: str, browser: str | None = None) -> str:
    """A new session; the value of its cookie. `browser` is a hash where no letter was read."""
    session_id, secret = new_id(), secrets.token_urlsafe(24)
    lives: timedelta = rules.BROWSER_LIVES if browser else rules.SESSION_LIVES
    session = Session(
        id=session_id,
        account_id=account.id,
        secret_sha256=rules.secret_hash(secret),
        browser_sha256=browser,
        device=rules.device(user_agent),
        created_at=tx.now,
        seen_at=tx.now,
        expires_at=tx.now + lives,
    )
    sessions.add(tx, session)
    return f"{session_id}.{secret}"


def forget_old(tx: Tx) -> None:
    """Nothing is kept of letters and sessions whose time is over."""
    sign_ins.forget(tx, tx.now - rules.LINK_LIVES)
    sessions.forget(tx)
