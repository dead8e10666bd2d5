"""The small-window suite: eight reads of 19 kB files in a window that holds three of them.

suite.py is the work and the model that does it, server.py the engine with its true window; they are
plain enough to be spoken to by any agent, so ours and others run the same.
"""
