"""Code and commands of graphs, run in worker processes behind the best boundary that this system offers."""
