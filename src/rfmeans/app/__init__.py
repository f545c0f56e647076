"""The page in the browser: every step of the library, without a command line."""
