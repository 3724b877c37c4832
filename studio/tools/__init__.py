"""What node types use to reach beyond the process: web, tool servers, files of a workspace, git, patches.

Nothing here knows graphs or runs.  A node asks through `RunContext.effect`, whose `perform` calls what is here, so that
everything is recorded and a replay calls nothing.
"""
