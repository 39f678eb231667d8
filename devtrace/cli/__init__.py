"""The `devtrace` command."""
