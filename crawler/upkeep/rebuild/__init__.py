"""The archive made anew from its WARC files, beside the one that is there, and put in its place."""
