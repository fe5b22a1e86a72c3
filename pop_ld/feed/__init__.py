"""What changed from release to release, as an event stream: versions of entities in pages that never change, and lists of activities."""

from pop_ld.feed.batches import FOLDER, Batch, Head, head
from pop_ld.feed.build import catch_up, commit, place, prepare, recover
from pop_ld.feed.first import is_empty, prepare_first
from pop_ld.feed.parts import Unordered

__all__ = ["FOLDER", "Batch", "Head", "Unordered", "catch_up", "commit", "head", "is_empty", "place", "prepare", "prepare_first", "recover"]
