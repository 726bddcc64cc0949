"""Pictures that are the same, or nearly: found, grouped, decided on, folded.

records    modes, decisions, groups, as plain values
hashes     a decoded picture → a hash of its pixels and a perceptual one
colours    whether two pictures have the same colours in the same places
hamming    all hashes within a Hamming distance, without comparing each with each
grouping   near duplicates → groups around a best picture, without chaining
identical  equal pixels → groups
schema     the tables of `duplicates.sqlite`
store      that file: the last grouping of each mode, and decisions
finding    a generation → its groups, kept until the next look
listing    groups and decisions, with the pictures of a generation
folding    hits → one for each group
preparing  hashes for contents that were indexed before there were any (write half)
"""
