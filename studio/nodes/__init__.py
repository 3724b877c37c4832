"""The built-in node types, written as a plugin's would be: one file each, in a folder for each group."""
