"""A labelled set of migrations, and what two linters make of it.

What each migration does was measured on a server (`measure.py`), never judged by a person. Run the comparison with
`python -m evals.bench.lint_quality`, measure again with `python -m evals.bench.lint_quality.measure`.
"""
