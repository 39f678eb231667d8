"""What is said to a sender when something is wrong with its request.

Source: opentelemetry-proto `docs/specification.md`, "Failures" and "Partial
Success".
"""


class MalformedError(Exception):
    """A request that no decoder can read: permanent, and nothing of it is stored.

    Its message goes back to the sender, so it is one plain English sentence which
    says where the defect is and, where known, how to mend the sender.
    """
