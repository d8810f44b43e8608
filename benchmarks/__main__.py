"""All measurements, one after the other: `make bench`."""

import os
import platform

from benchmarks import papers, queueing, selling, setting_up

print(f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} cores, "
      f"load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
selling.main()
queueing.main()
papers.main()
setting_up.main()
