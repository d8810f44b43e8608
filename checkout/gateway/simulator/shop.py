"""The simulated shop at YooKassa: its payments, refunds and receipts behind one lock."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta

from checkout.gateway.simulator import objects, receipt_rules, rules
from checkout.gateway.simulator.keys import Keys
from checkout.gateway.simulator.memory import Memory
from checkout.gateway.simulator.objects import Entry, Object
from checkout.gateway.simulator.register import Register
from checkout.gateway.simulator.rules import ObjectionError

Tell = Callable[[str, Object], None]


class Shop:
    """State and its changes. Every public method takes the lock, and answers with copies.

    `tell` is called with each event and its object, inside the lock, and must not block.
    Whatever is overdue by the shop's clock is cancelled before anything else is looked at.
    """

    def __init__(
        self,
        *,
        shop_id: str,
        page: str,
        clock: Callable[[], datetime],
        tell: Tell,
        receipts: bool,
        memory: Memory,
    ) -> None:
        self.shop_id = shop_id
        self.keys = Keys(memory)
        self.refunds_become = "succeeded"  # or "pending", "canceled"
        self._page = page
        self._clock = clock
        self._offset = timedelta(0)
        self._tell = tell
        self._lock = threading.RLock()
        self._memory = memory
        self.register = Register(memory, enabled=receipts)
        payments = memory.all("payment").values()
        self._payments = {entry.id: entry for entry in (objects.found(it, page) for it in payments)}
        self._refunds = memory.all("refund")

    def now(self) -> datetime:
        return self._clock() + self._offset

    def move_clock(self, now: datetime) -> None:
        """Let it be `now`, and cancel what is overdue by then."""
        self._offset = now - self._clock()
        self.sweep()

    def sweep(self) -> None:
        """Cancel what nobody confirmed or captured in time; register what was issued."""
        with self._lock:
            now = self.now()
            for entry in self._payments.values():
                reason = objects.overdue(entry, now)
                if reason:
                    self._announce(objects.cancel(entry, reason), entry)
            for receipt in self.register.sweep(now):
                self._registered(receipt)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Whatever changes inside is seen by others, and kept, only as a whole."""
        with self._lock, self._memory.together():
            yield

    def create(self, request: Object) -> Object:
        """POST /payments."""
        rules.check_payment(request)
        receipt = self._receipt(request, required=True)
        with self._lock:
            entry = objects.new_payment(
                request, shop_id=self.shop_id, page=self._page, at=self.now(), random=_random()
            )
            if receipt is None:
                entry.shown.pop("receipt_registration", None)
            else:
                self.register.draft(entry.id, receipt)
            self._payments[entry.id] = entry
            self._keep(entry)
            return deepcopy(entry.shown)

    def payment(self, payment_id: str) -> Object:
        return self.entry(payment_id).shown

    def entry(self, payment_id: str) -> Entry:
        """A copy of the payment with what only its page knows. ObjectionError 404."""
        with self._lock:
            return deepcopy(self._entry(payment_id))

    def entries(self) -> list[Entry]:
        """Copies of all payments, newest first."""
        with self._lock:
            self.sweep()
            return [deepcopy(entry) for entry in reversed(self._payments.values())]

    def capture(self, payment_id: str, request: Object) -> Object:
        """POST /payments/{id}/capture."""
        with self._lock:
            entry = self._entry(payment_id)
            amount = rules.check_capture(entry, request.get("amount"))
            self._taken(objects.capture(entry, amount, self.now()), entry)
            return deepcopy(entry.shown)

    def cancel(self, payment_id: str) -> Object:
        """POST /payments/{id}/cancel."""
        with self._lock:
            entry = self._entry(payment_id)
            rules.check_cancel(entry)
            self._announce(objects.cancel(entry, "canceled_by_merchant"), entry)
            return deepcopy(entry.shown)

    def pay(self, payment_id: str, method: str, amount: object = None) -> Object:
        """The payer confirms with "bank_card" or "sbp".

        `amount` is what is taken instead of what was asked: whole and well formed, or None.
        """
        with self._lock:
            entry = self._pending(payment_id)
            if method == "sbp" and not entry.captures:
                raise ObjectionError(409, "SBP can not be two-stage", "method")
            event = objects.pay(entry, method, self.now(), _random())
            if amount is not None:
                entry.shown["amount"] = amount
            self._taken(event, entry)
            return deepcopy(entry.shown)

    def decline(self, payment_id: str, reason: str) -> None:
        """The bank declines one attempt; the page lets the payer try again: still pending."""
        with self._lock:
            entry = self._pending(payment_id)
            entry.declines.append(reason)
            self._keep(entry)

    def end(self, payment_id: str, reason: str) -> Object:
        """Cancel a pending payment for good, for whatever reason."""
        with self._lock:
            entry = self._pending(payment_id)
            self._announce(objects.cancel(entry, reason), entry)
            return deepcopy(entry.shown)

    def refund(self, request: Object) -> Object:
        """POST /refunds."""
        with self.at_once():
            try:
                entry = self._entry(str(request.get("payment_id")))
            except ObjectionError:
                raise ObjectionError(400, "Payment is not found", "payment_id") from None
            waiting = [it for it in self._refunds.values() if _is_on_its_way(it, entry.id)]
            on_their_way = sum(objects.kopecks(it["amount"]) for it in waiting)
            rules.check_refund(request, entry, on_their_way=on_their_way, now=self.now())
            receipt = self._receipt_back(request, entry)
            refund = objects.new_refund(request, entry, self.now(), _random())
            if receipt is not None:
                self.register.draft(str(refund["id"]), receipt)
                refund["receipt_registration"] = "pending"
            self._refunds[str(refund["id"])] = refund
            self._memory.put("refund", str(refund["id"]), refund)
            if self.refunds_become == "pending":
                return deepcopy(refund)
            canceled = self.refunds_become == "canceled"
            return self.end_refund(str(refund["id"]), "insufficient_funds" if canceled else None)

    def end_refund(self, refund_id: str, reason: str | None) -> Object:
        """A pending refund succeeds, or is cancelled for a reason: of that nobody is told."""
        with self.at_once():
            refund = self._refunds.get(refund_id)
            if refund is None or refund["status"] != "pending":
                raise ObjectionError(409, "No such refund is pending")
            entry = self._entry(str(refund["payment_id"]))
            if reason:
                objects.cancel_refund(refund, reason)
            else:
                event = objects.succeed(refund, entry)
                self.register.issue(refund, "refund", self.now(), _random())
                self._tell(event, deepcopy(refund))
            self._memory.put("refund", refund_id, refund)
            self._keep(entry)
            return deepcopy(refund)

    def create_receipt(self, request: Object) -> Object:
        """POST /receipts, of a payment or of a refund."""
        with self.at_once():
            refund = self._refunds.get(str(request.get("refund_id")))
            return self.register.create(
                request, refund or self._paid(request), self.now(), _random()
            )

    def _paid(self, request: Object) -> Object:
        try:
            return self._entry(str(request.get("payment_id"))).shown
        except ObjectionError:
            raise ObjectionError(400, "Payment is not found", "payment_id") from None

    def end_receipt(self, receipt_id: str, status: str) -> Object:
        """A pending receipt is registered or cancelled at once."""
        with self.at_once():
            receipt = self.register.end(receipt_id, status, self.now())
            self._registered(receipt)
            return receipt

    def receipts(self) -> list[tuple[Object, str]]:
        """Copies of all receipts, newest first, each with when it was issued."""
        with self._lock:
            self.sweep()
            return self.register.all()

    def refunds(self) -> list[Object]:
        """Copies of all refunds, newest first."""
        with self._lock:
            self.sweep()
            return [deepcopy(refund) for refund in reversed(self._refunds.values())]

    def _entry(self, payment_id: str) -> Entry:
        self.sweep()
        entry = self._payments.get(payment_id)
        if entry is None:
            raise ObjectionError(404, "Payment doesn't exist or access denied", "payment_id")
        return entry

    def _pending(self, payment_id: str) -> Entry:
        entry = self._entry(payment_id)
        if entry.status != "pending":
            raise ObjectionError(409, f"The payment is {entry.status} already")
        return entry

    def _receipt(self, request: Object, *, required: bool) -> Object | None:
        """The receipt in a request, checked, if this shop is fiscalised."""
        receipt = request.get("receipt")
        if not self.register.enabled or (receipt is None and not required):
            return None
        receipt_rules.check_receipt(receipt, objects.kopecks(request["amount"]))
        return receipt if isinstance(receipt, dict) else None

    def _receipt_back(self, request: Object, entry: Entry) -> Object | None:
        """The receipt of a refund: of a whole payment its own, of a part what was asked."""
        is_whole = objects.kopecks(request["amount"]) == objects.kopecks(entry.shown["amount"])
        of_payment = self.register.drafted(entry.id)
        given = self._receipt(request, required=not is_whole)
        return of_payment if given is None and is_whole else given

    def _registered(self, receipt: Object) -> None:
        """Its payment or its refund shows how the first of its receipts stands."""
        entry = self._payments.get(str(receipt.get("payment_id")))
        if entry is not None and self.register.of("payment_id", entry.id)[-1] == receipt:
            entry.shown["receipt_registration"] = receipt["status"]
            self._keep(entry)
        refund = self._refunds.get(str(receipt.get("refund_id")))
        if refund is not None and self.register.of("refund_id", str(refund["id"]))[-1] == receipt:
            refund["receipt_registration"] = receipt["status"]
            self._memory.put("refund", str(refund["id"]), refund)

    def _taken(self, event: str, entry: Entry) -> None:
        if entry.status == "succeeded":
            self.register.issue(entry.shown, "payment", self.now(), _random())
        self._announce(event, entry)

    def _announce(self, event: str, entry: Entry) -> None:
        self._keep(entry)
        self._tell(event, deepcopy(entry.shown))

    def _keep(self, entry: Entry) -> None:
        self._memory.put("payment", entry.id, objects.kept(entry))


def _is_on_its_way(refund: Object, payment_id: str) -> bool:
    return refund["payment_id"] == payment_id and refund["status"] == "pending"


def _random() -> str:
    return secrets.token_hex(16)
