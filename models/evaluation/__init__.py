"""How good a model is, by the field's own measures. Never trains, never serves.

recall    recall@k, both ways, over captioned pictures
"""
