"""Europeana: what is delivered of each notice, and the tiers and problem patterns that Europeana would find, before it does."""

from pop_ld.europeana.delivery import RAISES, REASONS, Assessment, Delivery, assess, deliver
from pop_ld.europeana.ledger import FILE, Tiers, TierWriter, open_tiers
from pop_ld.europeana.patterns import PATTERNS

__all__ = ["FILE", "PATTERNS", "RAISES", "REASONS", "Assessment", "Delivery", "TierWriter", "Tiers", "assess", "deliver", "open_tiers"]
