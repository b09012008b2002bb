"""What the program is made of, and what is known to be wrong with it (SUP-1); no part of the program."""
