# ruff: noqa: T201  # a command prints
"""Put every case to a receiver and print what differs: `python -m tests.conformance URL`."""

import argparse
import asyncio
import sys
from collections import Counter
from urllib.parse import urlsplit

from tests.conformance.case import Case, load_cases
from tests.conformance.putting import Target, differences

DIFFERS, UNREACHABLE = 1, 4


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when nothing that the published texts demand differs."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance",
        description="Put the conformance cases to an OTLP receiver and print what differs.",
    )
    parser.add_argument("http", help="where it takes OTLP/HTTP: http://localhost:4318")
    parser.add_argument("grpc", nargs="?", help="where it takes OTLP/gRPC: localhost:4317")
    parser.add_argument("--only", default="", help="cases whose id begins so: R32, R32.get")
    options = parser.parse_args(arguments)
    target = Target(_address(options.http, 4318), _address(options.grpc, 4317))
    cases = [case for case in load_cases() if case.id.startswith(options.only)]
    try:
        return asyncio.run(_put_all(cases, target))
    except OSError as error:
        print(f"cannot put the cases: {error}", file=sys.stderr)
        return UNREACHABLE


def _address(url: str | None, port: int) -> tuple[str, int] | None:
    if not url:
        return None
    parts = urlsplit(url if "//" in url else f"//{url}")
    return parts.hostname or "localhost", parts.port or port


async def _put_all(cases: list[Case], target: Target) -> int:
    counts: Counter[str] = Counter()
    for case in cases:
        if case.protocol == "grpc" and target.grpc is None:
            counts["skipped"] += 1
            continue
        counts["put"] += 1
        if found := await differences(case, target):
            counts[case.level] += 1
            print(f"{case.id}  {case.level}: {case.says}")
            for difference in found:
                print(f"    {difference}")
    print(
        f"{counts['put']} cases, {counts['MUST']} differ from what must be, "
        f"{counts['SHOULD']} from what should be, {counts['MAY']} from what may be, "
        f"{counts['ours']} from what devtrace decided where the texts are silent"
    )
    print("not compared: what is stored, and the words of messages")
    if counts["skipped"]:
        print(f"skipped: {counts['skipped']} cases of gRPC, as no address was given for it")
    return DIFFERS if counts["MUST"] else 0


if __name__ == "__main__":
    sys.exit(main())
