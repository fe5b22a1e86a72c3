"""pop_ld: the linked-data platform for POP, the Plateforme Ouverte du Patrimoine."""

__version__ = "0.1.0"
