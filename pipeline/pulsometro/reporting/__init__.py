"""From tables of estimates to what people read: figures, tables, sentences, pages.

Nothing here computes an estimate: every number is read from a row of a table and can be traced to it.
"""
