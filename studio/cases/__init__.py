"""Recorded cases: runs and single firings kept as tests, and played again offline against today's graph.

Where recorded answers stand was decided for whoever reviews a change. A reviewer wants to see, in the diff and without
any tool, what the model was asked, what it said, and what is expected of it; and wants to be sure that nothing else
decides whether the test passes. So a case is text, in `NAME.tests.yaml` beside `NAME.yaml`: prompts and replies in
full, settings and measurements only where something depends on them. Only what nobody reads (vectors, hundreds of
token choices) lies in a sealed database beside it, `NAME.cases.db`, and the text names it by content hash: the
database cannot change what a test means without a line of the diff changing too. Most files need none.

`taking` makes a case of a run, `writing` puts it into the file, `reading` reads it, `playing` plays it, `judging`
says what is wrong, `renewing` asks real models again; `trying` is the one call that does a test.
"""
