"""What plain code cannot say about a graph: source that standalone scripts take along, piece by piece, as needed.

Modules here import the standard library, litellm when it is first needed, one another, and those modules of ours that
do the same; whatever a script needs of them is written into it.
"""
