"""The command line: one file per command in `commands/`, each loaded only when it is asked for."""
