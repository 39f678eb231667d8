"""Run everything that holds telemetry at full rate, and print how much memory it took.

`make soak SECONDS=600`, or shorter in `make test`.  No trace, resource, name or attribute
key ever comes again.  Prints one JSON object, and exits with 1 if memory grew.
"""

import argparse
import asyncio
import gc
import json
import sys
import time
from collections.abc import Sequence
from statistics import median

import psutil

from tests.bench.store import collecting_as_in_a_session
from tests.soak.sandbox import Sandbox

FULL_TIMES = 3
"""After so many fillings everything has its final size."""
TOLERANCE = 0.05


async def soak(seconds: float) -> int:
    """Soak for *seconds* and return the exit code."""
    process, sandbox = psutil.Process(), Sandbox()
    with collecting_as_in_a_session():
        while not sandbox.is_full(FULL_TIMES):
            await sandbox.take_one_batch()
        resident = [process.memory_info().rss]
        began = sandbox.taken_spans
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for _ in range(50):
                await sandbox.take_one_batch()
            resident.append(process.memory_info().rss)
        cycles = gc.collect()
    growth = max(resident) / resident[0] - 1
    found = {
        "spans": sandbox.taken_spans - began,
        "resident_bytes": resident[0],
        "growth": round(growth, 4),
        "drift": round(_drift(resident), 4),
        "cyclic_garbage": cycles,
        "tables": sandbox.table_sizes(),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 1 if growth > TOLERANCE else 0


def _drift(resident: Sequence[int]) -> float:
    """Return how much more is resident in the last quarter than in the second."""
    quarter = len(resident) // 4
    if not quarter:
        return 0.0
    return median(resident[-quarter:]) / median(resident[quarter : 2 * quarter]) - 1


def main() -> int:
    """Soak for the seconds given, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("seconds", type=float, help="how long, once everything is full")
    return asyncio.run(soak(parser.parse_args().seconds))


if __name__ == "__main__":
    sys.exit(main())
