"""What changed from release to release, as an event stream: versions of entities in pages that never change, and lists of activities."""

from pop_ld.feed.batches import FOLDER, Batch, Head, head
from pop_ld.feed.build import catch_up, commit, place, prepare, recover

__all__ = ["FOLDER", "Batch", "Head", "catch_up", "commit", "head", "place", "prepare", "recover"]
