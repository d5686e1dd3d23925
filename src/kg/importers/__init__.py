"""Programmes of other makers become facts files."""
