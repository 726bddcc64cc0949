"""Pictures that are the same, or nearly: found, grouped, decided on, folded.

hashes     a decoded picture → a hash of its pixels and a perceptual one
hamming    all hashes within a Hamming distance, without comparing each with each
grouping   near duplicates → groups around a best picture, without chaining
"""
