"""The terminal UI.  Textual and rich live here and nowhere else."""
