"""Files that earlier commits wrote, and tests that today's code reads them."""
