"""A site file drafted from saved pages (`jianbao site draft`). Nothing is put into use, and it says what is unsure.

The general extraction, which knows no template, reads each page as a witness; what holds on all of them is drafted.
"""
