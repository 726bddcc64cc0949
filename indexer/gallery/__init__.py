"""The sample gallery: illustrated scenes with true captions, drawn by code from a seed.

generate      writes pictures and manifest.jsonl
scenes        Scene, and sampling many; combinations: which half a (thing, colour, place) is in
captions      a scene in words; wording: the phrases
render        a scene in pixels; layout: composition; finish: the texture of each style
brush         shapes to SVG; colours, palette, view, shapes: what it paints with
kind          one kind of thing; kinds: all of them, from the tables kinds_*
things_*      the drawings of the kinds
sky, weather, places_*: the settings

Imports nothing.
"""
