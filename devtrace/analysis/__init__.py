"""What follows from the spans of a trace: its tree, its times, its one-line facts.

Pure functions over immutable spans, so they work on a file as on the live store and
the order of arrival can never change an answer.  Definitions: docs/analysis.md.
"""
