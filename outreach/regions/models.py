"""Tables of regions and municipalities, and the settings of a region."""

from datetime import time
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from outreach import db


class KeptOutcome(BaseModel):
    """A label of an outcome list as it is kept: what it means (cases.outcomes.OutcomeKind) and whether it is chosen.

    uncounted: it can be chosen, tables show it only when it occurs. retired: it cannot be chosen any more.
    """

    label: str
    kind: str = "other"
    state: Literal["chosen", "uncounted", "retired"] = "chosen"


class KeptList(BaseModel):
    """An outcome list of a region's own, or its change of one that ships. `former`: old name to label."""

    title: str
    unit: str
    outcomes: list[KeptOutcome]
    former: dict[str, str] = {}


class RegionSettings(BaseModel):
    """What administrators of a region set. Every field has a default that works."""

    model_config = ConfigDict(extra="forbid")

    service_name: str = "Doorstroompunt"
    phone: str = ""
    office_hours: str = "ma t/m vr, 9.00 – 17.00"
    website: str = ""
    return_address: str = ""
    window: Literal["left", "right"] = "left"
    window_offset_x_mm: float = Setting(default=0, ge=-20, le=20)
    window_offset_y_mm: float = Setting(default=0, ge=-20, le=20)
    age_limit: int = Setting(default=27, ge=18, le=30)
    quiet_before: time = time(9)
    quiet_after: time = time(20)
    channels_off: list[str] = []
    quick_answers: list[str] = [
        "Dank je voor je bericht! Ik kom er vandaag nog op terug.",
        "Wanneer kan ik je het beste bellen?",
        "Zullen we iets afspreken? Zeg maar welke dag jou uitkomt.",
        "Fijn om te horen dat het goed gaat! Mag ik over een tijdje nog eens vragen hoe het is?",
        "Ik kijk graag met je mee. Waar wil je het eerst over hebben?",
    ]
    code_valid_days: int = Setting(default=365, ge=30, le=1100)
    theme: str = "ma-theme"
    outcome_lists: dict[str, KeptList] = {}
    """By name, beside the lists that ship or instead of them (cases.outcome_queries.lists_of)."""
    own_lists: dict[str, str] = {}
    """Target group to the name of the list that its cases close with, where it is not the shipped one."""
    outcome_map: dict[str, dict[str, dict[str, str]]] = {}
    """List, list by which its cases are reported too, label to the label there, '' for nowhere; others by words."""


class Region(SQLModel, table=True):
    """A region: municipalities that work together in one service (Doorstroompunt)."""

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    demo: bool = False
    settings_data: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column("settings", JSON, nullable=False)
    )

    @property
    def settings(self) -> RegionSettings:
        """The settings, with the default for whatever was never set."""
        return RegionSettings.model_validate(self.settings_data)


class Municipality(SQLModel, table=True):
    """A municipality by its official code, such as GM0622."""

    code: str = Field(primary_key=True, max_length=6)
    name: str
    region_id: UUID = Field(foreign_key="region.id", index=True)
