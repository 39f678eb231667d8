"""Widgets: data comes in by method, facts go out by message."""
