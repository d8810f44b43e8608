"""Everything a client has here, in one ZIP: his own words, his orders, their proofs, his letters.

The archive of each paid order lies in it as it is, so that `offer verify` takes it without us.
"""

import json
from contextlib import suppress

from checkout import look
from checkout.correct import Told
from checkout.domain.account import Client, Session
from checkout.look import OrderFacts
from checkout.recognise import signed_in
from checkout.shop import Shop
from checkout.show_account import letters_of, orders_of, told_of_himself
from checkout.take_out import take_out
from checkout.who_ordered import Erased
from offer.evidence.archive import archive
from offer.evidence.chain import instant
from offer.evidence.dossier import checksums
from offer.evidence.takeout import folder_of

FOLDER = "account"
README = """\
Всё, что хранит о вас этот кабинет
==================================

account.json       адрес, ваши данные (новые сверху, прежние под ними), открытые сеансы
orders/            каждый заказ: числа, состояние, редакция, согласие
orders/evidence-…  архив доказательств оплаченного заказа: тексты, записи журнала, свидетельство
letters/           письма вам, какими они были отправлены
offer/, consent/   точные тексты, которые вы приняли

Проверить, что файлы целы:          sha256sum -c SHA256SUMS
Проверить доказательства без нас:   распакуйте orders/evidence-….zip, внутри README.txt;
                                    или одной командой: offer verify orders/evidence-….zip
Проверить всё сразу:                offer verify и имя этого архива, не распаковывая его
Адрес и браузер, с которых пришли заказы, лежат в архиве заказа, пока не истёк срок хранения.
"""


def take_everything(shop: Shop, client: Client) -> bytes:
    """The ZIP."""
    found = orders_of(shop, client)
    files = {"README.txt": README.encode(), "account.json": _json(_account(shop, client))}
    for facts in found:
        files |= _order(shop, facts)
    for number, letter in enumerate(reversed(letters_of(shop, client)), 1):
        files[f"letters/{number:03d}.eml"] = letter.raw
    files["SHA256SUMS"] = checksums(files)
    return archive(files, FOLDER)


def _account(shop: Shop, client: Client) -> dict[str, object]:
    return {
        "email": client.account.email,
        "created_at": instant(client.account.created_at),
        "details": [_told(it) for it in told_of_himself(shop, client)],
        "sessions": [_session(it) for it in signed_in(shop, client)],
    }


def _told(it: Told) -> dict[str, object]:
    return {"at": instant(it.at), "ledger": it.row, "order": it.order, **vars(it.party)}


def _session(it: Session) -> dict[str, object]:
    return {
        "device": it.device,
        "created_at": instant(it.created_at),
        "seen_at": instant(it.seen_at),
        "expires_at": instant(it.expires_at),
    }


def _order(shop: Shop, facts: OrderFacts) -> dict[str, bytes]:
    order = facts.order
    withdrawn = order.consent_withdrawn_at
    told = {
        **look.as_json(shop, facts),
        "consent_withdrawn_at": instant(withdrawn) if withdrawn else None,
    }
    files = {f"orders/{order.number}.json": _json(told)}
    for edition in (facts.edition, facts.consent):
        if edition:
            files[edition.source.removeprefix("/")] = edition.text
    if facts.period is not None and facts.party is not None:
        with suppress(Erased):  # while it was being gathered
            files[f"orders/{folder_of(order.number)}.zip"] = take_out(shop, order)
    return files


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"
