"""The simulated shop's cash register: receipts, and how the tax office takes them in its own time.

A receipt is registered (or cancelled, or left hanging) `takes` after it was issued, by the clock
of the shop and whatever becomes of its payment meanwhile. Nobody is notified of it.
"""

from copy import deepcopy
from datetime import datetime, timedelta

from checkout.gateway.simulator import receipt_rules
from checkout.gateway.simulator.memory import Memory
from checkout.gateway.simulator.objects import Object, kopecks, moment, new_id
from checkout.gateway.simulator.rules import ObjectionError

RECEIPT = "0000"
ENDS = ("succeeded", "canceled")
SHOWN_OF_LINE = ("description", "quantity", "amount", "vat_code", "measure", "payment_subject",
                 "payment_mode")  # fmt: skip


class Register:
    """Receipts by id, oldest first; the shop holds its lock around every call.

    `become`: succeeded, canceled or pending (for ever); `takes`: how long that is not known.
    """

    def __init__(self, memory: Memory, *, enabled: bool) -> None:
        self.enabled = enabled
        self.become = "succeeded"
        self.takes = timedelta(seconds=10)
        self._memory = memory
        self._drafts = memory.all("draft")
        self._receipts = memory.all("receipt")

    def draft(self, subject_id: str, receipt: Object) -> None:
        """Keep the receipt of a payment or refund until that has succeeded."""
        self._drafts[subject_id] = deepcopy(receipt)
        self._memory.put("draft", subject_id, receipt)

    def drafted(self, subject_id: str) -> Object | None:
        return self._drafts.get(subject_id)

    def issue(self, subject: Object, kind: str, now: datetime, random: str) -> None:
        """A payment or a refund has succeeded: its receipt goes out, if it has one."""
        subject_id = str(subject["id"])
        receipt = self._drafts.get(subject_id)
        if receipt is None:
            return
        settlements = [{"type": "cashless", "amount": subject["amount"]}]
        asked = {f"{kind}_id": subject_id, "type": kind, "settlements": settlements, **receipt}
        self._add(asked, now, random)

    def create(self, request: Object, subject: Object, now: datetime, random: str) -> Object:
        """POST /receipts of a payment or a refund."""
        if not self.enabled:
            raise ObjectionError(403, "Receipts are not enabled for the shop")
        receipt_rules.check_separate(request, subject)
        name = "refund_id" if request.get("refund_id") else "payment_id"
        if len(self.of(name, str(subject["id"]))) >= receipt_rules.MOST_RECEIPTS:
            raise ObjectionError(400, "Too many receipts of this payment", name)
        return self._add(request, now, random)

    def sweep(self, now: datetime) -> list[Object]:
        """Let everything end whose time has come; those that did."""
        ended = []
        for receipt_id, kept in self._receipts.items():
            shown, since = _parts(kept)
            if shown["status"] == "pending" and self.become != "pending":
                if now < since + self.takes:
                    continue
                ended.append(self.end(receipt_id, self.become, now))
        return ended

    def end(self, receipt_id: str, status: str, now: datetime) -> Object:
        """A pending receipt is registered or cancelled."""
        kept = self._receipts.get(receipt_id)
        if kept is None or _parts(kept)[0]["status"] != "pending":
            raise ObjectionError(409, "No such receipt is pending")
        shown, _ = _parts(kept)
        shown["status"] = status
        if status == "succeeded":
            number = list(self._receipts).index(receipt_id) + 3986
            shown |= {
                "fiscal_document_number": str(number),
                "fiscal_storage_number": "9288000100115785",
                "fiscal_attribute": str(2617603000 + number),
                "registered_at": moment(now).replace("Z", "+00:00"),
                "fiscal_provider_id": "fd9e9404-eaca-4000-8ec9-dc228ead2345",
            }
        self._memory.put("receipt", receipt_id, kept)
        return deepcopy(shown)

    def found(self, receipt_id: str) -> Object:
        """One receipt. ObjectionError 404."""
        kept = self._receipts.get(receipt_id)
        if kept is None:
            raise ObjectionError(404, "Receipt doesn't exist or access denied", "receipt_id")
        return deepcopy(_parts(kept)[0])

    def all(self) -> list[tuple[Object, str]]:
        """Copies, newest first, each with when it was issued: that is not shown, only asked for."""
        parts = [_parts(kept) for kept in reversed(self._receipts.values())]
        return [(deepcopy(shown), moment(since)) for shown, since in parts]

    def of(self, name: str, subject_id: str) -> list[Object]:
        """The receipts of a payment (`payment_id`) or refund (`refund_id`)."""
        return [shown for shown, _ in self.all() if shown.get(name) == subject_id]

    def _add(self, asked: Object, now: datetime, random: str) -> Object:
        shown: Object = {
            "id": f"rt-{new_id(RECEIPT, now, random)}",
            "type": asked["type"],
            "status": "pending",
            "items": [_line(it) for it in _list(asked["items"])],
            "settlements": deepcopy(asked["settlements"]),
            "not_yet_documented": {"since": 2031, "share": 0.5, "notes": [None, "ё"]},
        }
        for name in ("payment_id", "refund_id"):
            if asked.get(name):
                shown[name] = asked[name]
        receipt_id = str(shown["id"])
        self._receipts[receipt_id] = {"shown": shown, "since": now.isoformat()}
        self._memory.put("receipt", receipt_id, self._receipts[receipt_id])
        return deepcopy(shown)


def total(receipt: Object) -> int:
    """Kopecks a checked receipt's settlements come to."""
    return sum(kopecks(it["amount"]) for it in _list(receipt["settlements"]))


def _line(item: Object) -> Object:
    """A line as it is shown: the quantity a number with three decimals."""
    shown = {name: deepcopy(item[name]) for name in SHOWN_OF_LINE if name in item}
    return shown | {"quantity": float(str(item["quantity"]))}


def _parts(kept: Object) -> tuple[Object, datetime]:
    shown = kept["shown"]
    assert isinstance(shown, dict)  # noqa: S101 - put there by `_add`
    return shown, datetime.fromisoformat(str(kept["since"]))


def _list(value: object) -> list[Object]:
    return value if isinstance(value, list) else []
