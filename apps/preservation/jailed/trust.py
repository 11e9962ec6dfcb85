"""Behind the wall: how pyHanko is told whom to trust, and that nothing may be fetched."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from apps.preservation.jailed.brief import Brief
from apps.preservation.jailed.certificates import load

OFFLINE = RevocationInfoGatheringSpec(
    online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
    certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
)


def spec(brief: Brief, *, own: Sequence[x509.Certificate] = ()) -> PdfSignatureValidationSpec:
    """What holds for one file; `own` are certificates of the file, trusted for measuring only."""
    roots = [load(one) for one in brief.roots] + list(own)
    stamping = [load(one) for one in brief.authorities] + list(own) if brief.authorities else roots
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=_policy(roots, brief.strict),
            ts_cert_validation_policy=_policy(stamping, brief.strict),
            revinfo_gathering_policy=OFFLINE,
            local_knowledge=_knowledge(brief),
            key_usage_settings=KeyUsageConstraints(),
        ),
        diff_policy=DEFAULT_DIFF_POLICY,
    )


def with_store(spec: SignatureValidationSpec, reader: PdfFileReader) -> SignatureValidationSpec:
    """The same with what the document's own security store knows: not every step looks there."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return spec
    base = spec.local_knowledge
    crls = [CRLContainer(crl.CertificateList.load(one.get_object().data)) for one in store.crls]
    ocsps = [one for held in store.ocsps for one in _ocsps(held.get_object().data)]
    knowledge = dataclasses.replace(
        base,
        known_crls=base.known_crls + crls,
        known_ocsps=base.known_ocsps + ocsps,
        known_certs=base.known_certs + list(store.load_certs()),
    )
    return dataclasses.replace(spec, local_knowledge=knowledge)


def has_store(reader: PdfFileReader) -> bool:
    """Whether the document keeps what certificates were checked with."""
    return "/DSS" in reader.root


def stored_certificates(reader: PdfFileReader) -> list[x509.Certificate]:
    return list(DocumentSecurityStore.read_dss(reader).load_certs())


def _policy(roots: Sequence[x509.Certificate], strict: bool) -> CertValidationPolicySpec:
    """Never without a list of roots, though it be empty: the system's own would stand in."""
    rule = (
        RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
        if strict
        else RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
    )
    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=list(roots)),
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(ee_certificate_rule=rule, intermediate_ca_cert_rule=rule)
        ),
    )


def _knowledge(brief: Brief) -> LocalKnowledge:
    return LocalKnowledge(
        known_crls=[CRLContainer(crl.CertificateList.load(one)) for one in brief.crls],
        known_ocsps=[one for held in brief.ocsps for one in _ocsps(held)],
        known_certs=[load(one) for one in brief.certificates],
    )


def _ocsps(content: bytes) -> list[OCSPContainer]:
    return list(OCSPContainer.load_multi(ocsp.OCSPResponse.load(content)))
