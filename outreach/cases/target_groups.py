"""The groups of young people that the service works for, as DOMAIN's field reports name them. Pure."""

from enum import StrEnum


class TargetGroup(StrEnum):
    """Why a young person is on a list. The values are the codes that lists contain."""

    nieuwe_vsv = "nieuwe_vsv"
    oud_vsv = "oud_vsv"
    dreigend_vsv = "dreigend_vsv"
    verzuim_18plus = "verzuim_18plus"
    jikp = "jikp"
    jib = "jib"
    vrijstelling = "vrijstelling"
    absoluut_verzuim = "absoluut_verzuim"
    luxe_verzuim = "luxe_verzuim"

    @property
    def label(self) -> str:
        """The name that screens, letters and reports show; Dutch in every language."""
        return LABELS[self]


LABELS: dict[TargetGroup, str] = {
    TargetGroup.nieuwe_vsv: "Nieuwe vsv'er",
    TargetGroup.oud_vsv: "Oud-vsv'er",
    TargetGroup.dreigend_vsv: "Dreigend vsv'er",
    TargetGroup.verzuim_18plus: "Verzuim 18+",
    TargetGroup.jikp: "Jongere in een kwetsbare positie",
    TargetGroup.jib: "Jongere in Beeld 23-27",
    TargetGroup.vrijstelling: "Vrijstelling loopt af",
    TargetGroup.absoluut_verzuim: "Absoluut verzuim",
    TargetGroup.luxe_verzuim: "Luxe verzuim",
}
