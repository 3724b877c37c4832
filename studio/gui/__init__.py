"""The window. The only package that imports Qt; what it shows and changes lives in the packages below it."""
