"""Requests go in, pages and data come out: the site over the current release (FastAPI)."""
