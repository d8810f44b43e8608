"""All measurements, one after the other: `make bench`; or those that are named."""

import os
import platform
import sys

from benchmarks import (
    arriving,
    certificates,
    papers,
    publishing,
    queueing,
    reading,
    selling,
    setting_up,
    settling,
    signing_in,
    starting,
    verifying,
)

PARTS = {
    "selling": selling.main,
    "settling": settling.main,
    "arriving": arriving.main,
    "starting": starting.main,
    "queueing": queueing.main,
    "verifying": verifying.main,
    "papers": papers.main,
    "certificates": certificates.main,
    "publishing": publishing.main,
    "reading": reading.main,
    "signing_in": signing_in.main,
    "setting_up": setting_up.main,
}

print(f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
      f"load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
for name in sys.argv[1:] or PARTS:
    PARTS[name]()
