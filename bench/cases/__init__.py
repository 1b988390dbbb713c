"""What else can be asked of Hubbub: posting, connecting, coming back, pages, idling. Each module is one case.

A case is a function of a `Setting` that returns what it measured, as JSON can hold it; `CASES` names them all. Its
module also says how its figures are told: `write_tables` gives paragraphs of Markdown.
"""
