"""How a trace that was sent again is told from one that a program has sent."""

REPLAYED_FROM = "devtrace.replayed_from"
"""The attribute of one span of a replayed trace: the id that its trace had before."""
