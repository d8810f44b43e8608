"""How soon the service answers after it is started, and the memory it holds then and after work.

The seconds of processor are what can be compared on a machine that has other work.
"""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import stage
from benchmarks.load import pages
from tests.contract.simulated import SECRET_KEY, SHOP_ID
from tests.store import market

ROUNDS, READS = 3, 500


def environment(place: Path, port: int) -> dict[str, str]:
    """A service that finds nobody to talk to."""
    told = {
        "DATABASE_URL": f"sqlite:///{place / 'shop.db'}",
        "RELEASE": str(place / "site" / "current"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LISTEN": f"127.0.0.1:{port}",
        "YOOKASSA_SHOP_ID": SHOP_ID,
        "YOOKASSA_SECRET_KEY": SECRET_KEY,
        "YOOKASSA_API_URL": f"{market.NOWHERE}/v3",
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "Поддержка <noreply@example.ru>",
    }
    return os.environ | {f"CHECKOUT_{name}": value for name, value in told.items()}


def once(place: Path) -> tuple[float, float, float, float]:
    """Until the first healthy answer seconds and those of processor; megabytes then and later."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "checkout", "serve"]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment(place, port), stderr=subprocess.DEVNULL)
    try:
        while not _is_healthy(port):
            time.sleep(0.005)
        seconds = time.perf_counter() - began
        worked, at_first = _worked(process.pid), _resident(process.pid)
        pages(port, "/checkout/5", READS, 4)
        return seconds, worked, at_first, _resident(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _worked(pid: int) -> float:
    """Its seconds of processor until now, of its own and of the system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    with stage.folder() as place:
        stage.prepare(place, 2)
        found = [once(place) for _ in range(ROUNDS)]
    seconds, worked, first, after = (statistics.median(it) for it in zip(*found, strict=True))
    print(f"\nService: healthy {seconds:.2f} s after its start, {worked:.2f} s of processor; "
          f"resident {first:.0f} MB then, {after:.0f} MB after {READS} pages "
          f"(median of {ROUNDS})")  # fmt: skip


if __name__ == "__main__":
    main()
