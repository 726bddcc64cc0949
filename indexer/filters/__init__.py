"""A small typed language that says which pictures to search, and counts of their values.

expression  a filter as a tree of conditions, and how large it may be
parsing     a filter in either form → expression
from_json   the JSON form → expression
words       the text form → words with their columns
from_text   the text form → expression
fields      the fields that there are, of which type, and where their values stand
conditions  one condition, checked against its field → the ids that it names
selection   an expression → the ids of one generation
facets      how many pictures have each value of a field
"""
