"""The service as a child process that is started again whenever it dies, and ends with the demo.

Its standard input is a pipe that nothing is ever written to: it closes when the demo ends, even
if that was killed.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ENDS_WITHIN = 15  # seconds, after which it is killed
ORPHAN_ENDS_WITHIN = 5  # seconds; nobody waits for its answers any more
TOO_SOON = 3  # this many deaths before the service ever answered end the demo


def end_with_stdin() -> None:
    """From now on this process ends soon after its standard input has closed."""

    def end() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(ORPHAN_ENDS_WITHIN)
        os._exit(1)

    threading.Thread(target=end, name="until stdin closes", daemon=True).start()


class Child:
    """Keeps one process alive until `stop`. Set `answered` when it has answered once.

    `on_start` is then told each new process id; before that a few deaths are enough for it to
    set `gave_up` and call `on_giving_up`. The process inherits the descriptors `passed`.
    """

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        on_start: Callable[[int], None],
        on_giving_up: Callable[[], None],
        passed: Sequence[int] = (),
    ) -> None:
        self._command = [sys.executable, "-P", "-m", "checkout", *arguments]
        self._passed = tuple(passed)
        self._environment = dict(environment)
        self._log = log
        self._on_start = on_start
        self._on_giving_up = on_giving_up
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.answered = threading.Event()
        self.gave_up = threading.Event()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, name="keeper")
        self._keeper.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End the process, gently if it lets itself."""
        with self._lock:
            self._stopping.set()
            self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._keeper.join()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the demo, which then ends the service in good order
                start_new_session=True,
                pass_fds=self._passed,
            )
        if self.answered.is_set():
            self._on_start(process.pid)
        return process

    def _keep(self) -> None:
        deaths = 0
        while True:
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            deaths = 0 if self.answered.is_set() else deaths + 1
            with self._lock:
                if self._stopping.is_set():
                    return
                if deaths == TOO_SOON:
                    break
                self._process = self._start()
        self.gave_up.set()
        self._on_giving_up()
