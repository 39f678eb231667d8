"""Every case holds for devtrace, put to one running session after the other."""

import pytest

from tests.conformance.case import Case, load_cases
from tests.conformance.putting import Target, differences


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case.id)
async def test_the_case_holds(case: Case, target: Target) -> None:
    """What is answered, stored and told is what the case says, and the next request works."""
    assert await differences(case, target) == []
