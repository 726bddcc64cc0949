"""Pictures that are the same, or nearly: found, grouped, decided on, folded.

hashes     a decoded picture → a hash of its pixels and a perceptual one
"""
