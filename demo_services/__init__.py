"""A small shop of seven real services, to have something worth tracing.

`gateway` asks `auth` (gRPC) and `users` (HTTP, SQLite), then `orders` (HTTP, SQLite),
which asks `inventory` (gRPC) and `payments` (HTTP) and leaves a message in a queue for
`notifications`.  Each is a process of its own with the OpenTelemetry SDK, instrumented
as its authors would do it; the shop knows nothing of the tool that receives its traces.

`python -m demo_services` starts all of them.
"""
