"""`make bench`: measures devtrace on this machine and prints one table."""

import argparse
import json
import os
import platform
import re
import sys
from pathlib import Path

from tests.bench.measures import MEASURES, TINY, Size
from tests.bench.row import Row, table


def machine() -> dict[str, str | int | None]:
    """Return what the figures were measured on."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))
        model = found[1] if found else model
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": f"{os.getloadavg()[0]:.2f}",
    }


def main() -> int:
    """Measure what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", default="", help="a regular expression: only these measures")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where to write")
    parser.add_argument("--tiny", action="store_true", help="just see that it can be measured")
    arguments = parser.parse_args()
    where = machine()
    chosen = [name for name in MEASURES if re.search(arguments.rows, name)]
    if not chosen:
        parser.error(f"no measure matches {arguments.rows!r}; there are {', '.join(MEASURES)}")
    rows: list[Row] = []
    for name in chosen:
        for row in MEASURES[name](TINY if arguments.tiny else Size()):
            rows.append(row)
            sys.stderr.write(f"  {row.name}: {row.value:.3g} {row.unit}\n")
    told = ", ".join(f"{key} {value}" for key, value in where.items())
    sys.stdout.write(f"{told}\n{table(rows)}\n")
    document = {"machine": where, "rows": [row.document() for row in rows]}
    arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
