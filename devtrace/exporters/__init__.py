"""Ways out: where received spans go besides the store."""
