"""Node types that do not ship with the studio: a project's own (its `nodes/` folder), and those of installed packages.

Both are code that runs in this process, without a sandbox. So they are listed by reading only, and imported when a
person has approved (a project's file, by its content) or enabled (a package, by its name) them. A fault in one of them
takes that one away and nothing else.
"""
