"""Processes that tests start: none outlives the test, however that ends."""

import subprocess
from typing import Any


class Process(subprocess.Popen[Any]):
    """A process that is killed when an exception leaves its block, and not waited for."""

    def __exit__(self, *failure: object) -> None:
        if failure[0] is not None:
            self.kill()
        super().__exit__(*failure)
