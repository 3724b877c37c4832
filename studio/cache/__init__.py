"""Answers and outputs kept from run to run, known by what was asked (design rule 2.14).

`keys` says when two questions are one, `file` is the SQLite file, `store` what a run holds of it, `shapes` what may be
believed of it, `listing` what `studio cache` shows. Nothing here knows the engine.
"""
