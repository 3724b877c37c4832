"""What is wrong with the open graphs, found out beside the window, and how it is mended."""
