"""The wire.  Protobuf lives here and nowhere else."""
