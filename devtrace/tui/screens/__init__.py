"""One module per screen; a screen wires its widgets and knows no other screen's."""
