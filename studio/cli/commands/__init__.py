"""The commands. A module here is a command; its name is the file's name, its summary the docstring's first line.

A command module has:

    `EXAMPLES`                 lines to copy, shown under `--help`
    `arguments(parser)`        declares its arguments (argparse); `--json` and `--db` are there already
    `run(args, out) -> int`    does it and returns the exit code

Anything heavy is imported inside `run`.
"""
