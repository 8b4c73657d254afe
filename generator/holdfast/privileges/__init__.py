"""Does the code use what it was granted, and was it granted what it uses? See docs/privileges.md.

A service is read without running any of it: template and roles through the official translator, code through `ast` and
an abstract interpretation of its values, AWS's APIs through botocore's own models. Start at `inspection`.
"""
