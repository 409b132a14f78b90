"""`python -m sgus VERB`."""

from __future__ import annotations

import sys

from sgus.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
