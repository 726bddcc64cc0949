"""What people look for in pictures, in a few common words: questions for collections that have no
captions. Measures how an index answers texts; never how well a model understands them.
"""

_SUBJECTS = (
    "a dog",
    "a cat on a sofa",
    "a child playing",
    "two people talking",
    "a crowd at a concert",
    "a red car",
    "a bicycle against a wall",
    "a train at a station",
    "a boat on a lake",
    "an aeroplane in the sky",
    "a bird on a branch",
    "a horse in a field",
    "flowers in a garden",
    "a plate of food",
    "a cup of coffee",
    "a birthday cake",
    "a wedding",
    "a football match",
    "a person on skis",
    "a surfer on a wave",
    "mountains",
    "a beach",
    "a forest path",
    "a waterfall",
    "a street with shops",
    "a bridge over a river",
    "an old church",
    "tall buildings",
    "a kitchen",
    "a desk with a computer",
    "a book on a table",
    "a map",
)
_SETTINGS = ("{}", "{} at night", "{} in the snow", "a close-up of {}", "a drawing of {}")

PHRASES = tuple(setting.format(subject) for setting in _SETTINGS for subject in _SUBJECTS)
