"""Which cases a list was about: the thread from an import to its cases."""

from uuid import UUID

from sqlmodel import Field, SQLModel


class ImportedCase(SQLModel, table=True):
    """A case that stood in a list, and what the list made of it: created, updated or unchanged."""

    __tablename__ = "imported_case"

    run_id: UUID = Field(foreign_key="import_run.id", primary_key=True, ondelete="CASCADE")
    case_id: UUID = Field(foreign_key="case_file.id", primary_key=True, index=True, ondelete="CASCADE")
    change: str
