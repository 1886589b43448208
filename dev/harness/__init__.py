"""Plumbing behind ``dev/demo`` and ``dev/test``: one small file for each thing that must run."""
