"""Made-up traces for any OTLP receiver: what they look like, how fast they leave, what came of them."""
