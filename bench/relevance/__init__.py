"""Relevance of search: judged questions over the real notices."""
