"""A local tracing sandbox: OpenTelemetry traces, live as trees in your terminal."""

__version__ = "0.1.0"
