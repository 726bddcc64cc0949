"""Types of the map of a collection: what it has, its tiles, and places of pictures."""

from pydantic import BaseModel, Field


class MapAnswer(BaseModel):
    """A map: a lattice of `side` × `side` places; level 0 shows it as one slot."""

    collection: str
    generation: int
    version: str = Field(description="As `v` in the addresses of tiles: these may then be kept.")
    items: int
    side: int
    deepest_level: int = Field(description="The level at which a slot is one place.")
    tile_slots: int = Field(description="Slots in a row and in a column of a tile.")
    sheet_cell_pixels: int = Field(description="The side of a picture in a tile's sheet.")


class MapPicture(BaseModel):
    """The picture that stands for a slot."""

    id: str
    caption: str | None
    width: int
    height: int
    image_url: str
    thumbnail_url: str


class MapSlot(BaseModel):
    """A square of the map: column and row at its level, and how many pictures it holds."""

    x: int
    y: int
    count: int
    picture: MapPicture


class MapTile(BaseModel):
    """Part of the map at one level; slots without pictures are left out."""

    collection: str
    generation: int
    level: int
    x: int
    y: int
    sheet_url: str
    slots: list[MapSlot]


class MapPlace(BaseModel):
    """Where on the lattice a picture is."""

    id: str
    x: int
    y: int


class MapPlaces(BaseModel):
    """Places of pictures; those that the collection does not have are left out."""

    collection: str
    generation: int
    places: list[MapPlace]
