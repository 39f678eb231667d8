"""What devtrace talks about: spans, traces, resources, and the joint they pass through."""
