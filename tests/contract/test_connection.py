"""What our side puts on the wire, and what it does when there is no wire."""

import base64
import json
import logging
import socket
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checkout.domain.errors import GatewayError, Refused, Unreachable
from checkout.domain.payment import Payment
from checkout.gateway.client import YooKassa
from checkout.gateway.wire import payment_request
from tests.contract.raw import at
from tests.contract.simulated import BOTH, SECRET_KEY, SHOP_ID, Simulated, body, new_key
from tests.serving import bound

pytestmark = BOTH
IMPATIENT = (0.3, 0.3)


def create(yookassa: YooKassa) -> Payment:
    return yookassa.create_payment(key=new_key(), body=body())


# --- no connection


def test_a_closed_port_is_unreachable_and_nothing_was_done(scheme: str) -> None:
    where = bound(scheme)
    where.socket.close()

    with pytest.raises(Unreachable, match="Деньги не списаны"):
        create(at(where.url))


@pytest.mark.parametrize("name", ["nobody.invalid", "a" * 70, "a..b"])
def test_a_name_that_does_not_resolve_is_unreachable(scheme: str, name: str) -> None:
    with pytest.raises(Unreachable):
        create(at(f"{scheme}://{name}/v3"))


def test_a_host_that_does_not_take_the_connection_in_time_is_unreachable(scheme: str) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for queued in (first, second):  # nobody accepts: the queue is full
            queued.setblocking(False)
            queued.connect_ex(listener.getsockname())

        with pytest.raises(Unreachable):
            create(at(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"))


# --- what is sent


def test_the_body_goes_out_byte_for_byte_and_again_on_each_replay(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    # no receipt, no unknown key and no space may be lost or added, as the SDK's models would
    text = body(order="Ё").replace(":", " :  ", 1)[:-1] + ', "captrue": [], "x": 1.10 }'
    key = new_key()

    first = yookassa.create_payment(key=key, body=text)
    second = yookassa.create_payment(key=key, body=text)

    assert [seen["text"] for seen in simulator.requests()[-2:]] == [text, text]
    assert first == second


def test_sixteen_keys_of_metadata_stay_sixteen(simulator: Simulated, yookassa: YooKassa) -> None:
    metadata = {f"key{n}": "v" for n in range(15)}
    text = payment_request(
        amount_kopecks=100, description="а", return_url="https://a.example", metadata=metadata
    )

    payment = yookassa.create_payment(key=new_key(), body=text)

    assert payment.metadata == metadata | {"cms_name": "oferta"}


def test_a_request_says_who_we_are_and_which_key(simulator: Simulated, yookassa: YooKassa) -> None:
    key = new_key()

    yookassa.create_payment(key=key, body=body())

    headers = simulator.requests()[-1]["headers"]
    assert headers["idempotence-key"] == key
    assert headers["content-type"] == "application/json"
    assert "YooKassa.Python/3.13.0" in headers["ym-user-agent"]
    assert "authorization" not in headers  # the simulator never shows it


@pytest.mark.parametrize("wrong", ["", "a" * 65, "ключ", "a\r\nX: y"])
def test_a_key_they_would_refuse_is_never_sent(
    simulator: Simulated, yookassa: YooKassa, wrong: str
) -> None:
    before = len(simulator.requests())

    with pytest.raises(ValueError, match="idempotence key"):
        yookassa.create_payment(key=wrong, body=body())
    assert len(simulator.requests()) == before


@pytest.mark.parametrize("wrong", ["../refunds/x", "a/b", "", "?limit=1", "3294a6b0", "%2e%2e"])
def test_an_id_of_another_shape_is_refused_without_a_request(
    simulator: Simulated, yookassa: YooKassa, wrong: str
) -> None:
    before = len(simulator.requests())

    with pytest.raises(Refused) as raised:
        yookassa.payment(wrong)

    assert raised.value.status == 404
    assert len(simulator.requests()) == before


# --- the machine around us


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(
    yookassa: YooKassa, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert create(yookassa).status == "pending"


def test_a_netrc_does_not_replace_our_credentials(
    yookassa: YooKassa, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password none\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert create(yookassa).status == "pending"


def test_one_thread_keeps_one_connection(simulator: Simulated, yookassa: YooKassa) -> None:
    for _ in range(5):
        yookassa.payment(create(yookassa).id)

    clients = {tuple(seen["client"]) for seen in simulator.requests()[-10:]}
    assert len(clients) == 1


def test_a_cookie_they_set_is_not_sent_back(simulator: Simulated, yookassa: YooKassa) -> None:
    simulator.fault("cookie")
    create(yookassa)
    create(yookassa)

    assert "cookie" not in simulator.requests()[-1]["headers"]


def test_eight_threads_never_get_each_others_payment(
    simulator: Simulated, yookassa: YooKassa
) -> None:
    before = len(simulator.requests())

    def buy(n: int) -> None:
        payment = yookassa.create_payment(key=new_key(), body=body(100 + n, order=str(n)))
        again = yookassa.payment(payment.id)
        assert (payment.amount_kopecks, payment.metadata["order"]) == (100 + n, str(n))
        assert (again.id, again.amount_kopecks) == (payment.id, 100 + n)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(buy, range(80)))

    clients = {tuple(seen["client"]) for seen in simulator.requests()[before:]}
    assert len(clients) <= 8


def test_two_shops_in_one_process_keep_their_own_credentials(simulator: Simulated) -> None:
    ours, theirs = simulator.client(), simulator.client(shop_id="999", secret_key="test_other")

    def ask(n: int) -> bool:
        try:
            return (ours if n % 2 else theirs).me()["account_id"] == SHOP_ID
        except Refused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(40))) == [False, True] * 20


# --- secrets


def test_the_secret_is_in_no_log_no_repr_and_no_error(
    simulator: Simulated, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = [SECRET_KEY, base64.b64encode(f"{SHOP_ID}:{SECRET_KEY}".encode()).decode()]
    yookassa = simulator.client(timeouts=IMPATIENT)
    shown = [repr(yookassa), str(yookassa.__dict__)]

    create(yookassa)
    for fault in ("401", "400", "500", "html_502", "reset", "hang", "truncated", "null"):
        simulator.fault(fault, "POST /payments")
        try:
            create(yookassa)
        except GatewayError as error:
            shown += [repr(error), error.detail, traceback.format_exc()]

    everything = "\n".join([*shown, caplog.text, json.dumps(simulator.requests())])
    assert [secret for secret in secrets if secret in everything] == []
