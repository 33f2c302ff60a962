"""The archive in Datasette and sqlite-utils: our search, the views, titles; internals left out (docs/datasette.md).

Both load it by its entry point where Jianbao is installed beside them. Nothing of ours imports it.
"""
