"""Which notices there are and were, when each last changed, and to which sets it belongs: what harvesters and feeds ask a release."""

from pop_ld.harvest.building import Count, Notice, build
from pop_ld.harvest.reading import FILE, Harvest, Record, Set, open_harvest

__all__ = ["FILE", "Count", "Harvest", "Notice", "Record", "Set", "build", "open_harvest"]
