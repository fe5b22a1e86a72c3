"""``python -m pop_ld``: the same as ``pop-ld``."""

import sys

from pop_ld.cli import main

sys.exit(main())
