"""One command-line program per rule, started as `python -m scripts.<rule>`."""

import gc
import sys

# Importing torch and timm makes millions of objects that live to the end; a collector that looks them over again and
# again, and once more at exit, takes longer than the import. `common.program` turns it on again.
if sys.argv[0] == "-m":
    gc.disable()
