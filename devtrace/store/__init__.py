"""The bounded in-memory home of every received span."""
