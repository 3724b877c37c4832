"""The debugger of a live run in the terminal: single keys where there is a terminal, commands by line from a pipe."""
