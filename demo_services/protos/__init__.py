"""What the shop's gRPC services say to each other: see shop.proto."""
