"""How each analysis is told, one file an analysis."""
