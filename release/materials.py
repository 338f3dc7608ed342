"""The bill of materials of the one file, as CycloneDX."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import Distribution, PackageMetadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.stage import locked
from services.base.version import VERSION


def write(file: Path, digest: str, distributions: Sequence[Distribution], to: Path) -> None:
    """What *file*, whose SHA-256 is *digest*, is made of."""
    bom = Bom()
    itself = Component(
        type=ComponentType.APPLICATION,
        name="stanch",
        version=VERSION,
        bom_ref="stanch",
        purl=PackageURL("pypi", None, "stanch", VERSION),
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        description=f"The file {file.name}",
    )
    bom.metadata.component = itself
    parts = {canonicalize_name(each.name): _component(each) for each in distributions}
    for part in parts.values():
        bom.components.add(part)
    bom.register_dependency(itself, parts.values())
    for each in distributions:
        needs = {canonicalize_name(Requirement(line).name) for line in each.requires or ()}
        bom.register_dependency(
            parts[canonicalize_name(each.name)], [parts[need] for need in sorted(needs & parts.keys())]
        )
    JsonV1Dot6(bom).output_to_file(str(to), allow_overwrite=True, indent=2)


def _component(of: Distribution) -> Component:
    name = canonicalize_name(of.name)
    _, hashes = locked()[name]
    purl = PackageURL("pypi", None, name, of.version)
    archives = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes]
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=of.version,
        bom_ref=f"{name}=={of.version}",
        purl=purl,
        licenses=[LicenseFactory().make_from_string(_license(of.metadata))],
        external_references=[
            ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(purl)), hashes=archives)
        ],
    )


def _license(metadata: PackageMetadata) -> str:
    """As the package says it; one that hands in a whole text has its first line taken."""
    for field in ("License-Expression", "License"):
        if said := "".join(metadata.get_all(field) or ()).strip():
            return said.splitlines()[0]
    named = [each for each in metadata.get_all("Classifier") or () if each.startswith("License :: ")]
    return named[0].rpartition(" :: ")[2] if named else "not said"
