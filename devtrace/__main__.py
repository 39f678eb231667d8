"""`python -m devtrace` is the `devtrace` command."""

from devtrace.cli import main

if __name__ == "__main__":
    main()
