"""Source file → Notices: a path goes in; Notices and Problems come out, one stream a file, whatever its syntax and encoding."""

from pop_ld.readers.source import Source, SourceReader, open_sources

__all__ = ["Source", "SourceReader", "open_sources"]
