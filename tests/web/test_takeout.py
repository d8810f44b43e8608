"""What a client takes out of his account is verified by the command as he was given it."""

from pathlib import Path

import pytest

from offer.__main__ import main
from tests.town import Town
from tests.web.coming_in import signed_in


def test_a_takeout_is_verified_as_it_is_and_each_order_in_it(
    own_town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = own_town.shop.shelf.release()
    consent = release.current("consent") if release else None
    assert consent
    own_town.pay(own_town.order(accept_consent=consent.sha256))
    own_town.pay(own_town.order(2))
    own_town.order(2)
    file = tmp_path / "account.zip"
    file.write_bytes(signed_in(own_town).get("/account/takeout.zip").content)
    manifest = own_town.publisher.current / "offer/editions.json"
    capsys.readouterr()  # the town's log
    status = main(["verify", str(file), "--editions", str(manifest)])
    said = capsys.readouterr().out.replace("\u00a0", " ")

    assert (status, "✗" in said) == (0, False), said
    assert said.startswith("Копия данных кабинета")
    for number in ("2026-0001", "2026-0002"):
        proofs = f"orders/evidence-{number}.zip"
        assert f"✓ {proofs}: проверен сам по себе" in said
        assert f"✓ {proofs}: оферта: Редакция 1" in said

    file.write_bytes(file.read_bytes().replace(b'"email"', b'"email_'))
    assert main(["verify", str(file), "--editions", str(manifest)]) == 1
