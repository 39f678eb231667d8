"""The shop as a process, and the lessons that are played on it."""
