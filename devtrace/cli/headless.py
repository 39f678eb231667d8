"""Playing scenarios without a UI: for a pipe, a script, a continuous integration job."""

import asyncio
import shutil
import textwrap
import time
from collections.abc import Iterator, Sequence

from devtrace.analysis.summary import summarise
from devtrace.analysis.text_tree import text_tree
from devtrace.analysis.tree import Placement, TreeNode, assemble
from devtrace.cli.binding import bound_session
from devtrace.cli.context import Context
from devtrace.model.trace import Trace
from devtrace.scenarios.player import Player, PlayResult
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Shop, Status
from devtrace.session import Session, SessionConfig
from devtrace.store.ring import TraceStore

QUIET_NANO = 1_500_000_000
"""A trace is taken for whole this long after its newest span, if no parent is missing."""
DOUBTFUL_NANO = 4_000_000_000
"""The same for a trace in which a parent is missing: it may be late."""
DEADLINE_SECONDS = 15.0
"""When a trace is printed as far as it has come."""
POLL_SECONDS = 0.05
PROSE_CELLS = 88
