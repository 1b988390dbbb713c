"""What is true of a chat whatever stores or shows it: names, roles, texts. Pure: no I/O, no clock of its own."""
