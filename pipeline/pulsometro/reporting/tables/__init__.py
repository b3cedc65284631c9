"""Tables: in pages, in workbooks, and the tabulados."""
