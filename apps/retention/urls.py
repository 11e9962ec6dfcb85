from django.urls import path

from apps.retention.views import documents, holds, policies, proofs

app_name = "retention"
urlpatterns = [
    path("upload/promise/", documents.promise, name="promise"),
    path("jobs/<reference:reference>/delete/", documents.delete, name="delete"),
    path("jobs/<reference:reference>/withdraw/", documents.withdraw, name="withdraw"),
    path("jobs/<reference:reference>/receipt/", documents.receipt, name="receipt"),
    path("retention/", policies.overview, name="clocks"),
    path("retention/policies/propose/", policies.propose, name="propose"),
    path("retention/policies/files/", policies.propose_files, name="propose_files"),
    path("retention/policies/<int:version>/", policies.version, name="version"),
    path("retention/policies/<int:version>/approve/", policies.approve, name="approve"),
    path("retention/policies/<int:version>/decline/", policies.decline, name="decline"),
    path("retention/holds/place/", holds.place, name="place"),
    path("retention/holds/<uuid:hold>/", holds.hold, name="hold"),
    path("retention/holds/<uuid:hold>/ask/", holds.ask_to_lift, name="ask_to_lift"),
    path("retention/holds/<uuid:hold>/keep/", holds.keep_on, name="keep_on"),
    path("retention/holds/<uuid:hold>/lift/", holds.lift, name="lift"),
    path("retention/exceptions/make/", holds.make_exception, name="make_exception"),
    path("retention/exceptions/<uuid:exception>/end/", holds.end_exception, name="end_exception"),
    path("retention/moments/tell/", holds.tell, name="tell"),
    path("retention/certificates/", proofs.certificates, name="certificates"),
    path("retention/certificates/verify/", proofs.verifier, name="verifier"),
    path("retention/certificates/<slug:certificate>/", proofs.certificate, name="certificate"),
]
