"""The cookies of the service, and none besides: who is signed in, who asked for a letter, and in
which browser an order was made. Over https their names keep other hosts from setting them."""

from datetime import timedelta

from starlette.responses import Response

from checkout.domain.account import BROWSER_LIVES, LINK_LIVES, SESSION_LIVES
from checkout.settings import Settings
from checkout.web.asked import Asked

SESSION = "session"
ASKED = "sign-in"
BROWSER = "browser"
LIVES = {SESSION: SESSION_LIVES, ASKED: LINK_LIVES, BROWSER: BROWSER_LIVES}
LONGEST = 200


def read(asked: Asked, settings: Settings, cookie: str) -> str:
    """A cookie's value, "" where there is none that we could have set."""
    value = asked.request.cookies.get(_name(settings, cookie), "")
    return value if len(value) <= LONGEST and value.isascii() and value.isprintable() else ""


def put(answer: Response, settings: Settings, cookie: str, value: str) -> Response:
    """Have the browser keep it: from scripts and foreign forms it stays hidden.

    Not SameSite=Strict: who comes back from YooKassa would have none.
    """
    _set(answer, settings, cookie, value, LIVES[cookie])
    return answer


def drop(answer: Response, settings: Settings, cookie: str) -> Response:
    """Have the browser forget it."""
    _set(answer, settings, cookie, "", timedelta())
    return answer


def _set(answer: Response, settings: Settings, cookie: str, value: str, lives: timedelta) -> None:
    answer.set_cookie(
        _name(settings, cookie),
        value,
        max_age=lives // timedelta(seconds=1),
        path="/",
        secure=_is_secure(settings),
        httponly=True,
        samesite="lax",
    )


def _name(settings: Settings, cookie: str) -> str:
    """`__Host-` wants Secure, which plain http of the demo cannot have (design §6)."""
    return f"__Host-{cookie}" if _is_secure(settings) else cookie


def _is_secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")
