"""Ways in: OTLP over gRPC and over HTTP.  Its modules are imported after the sockets are bound."""
