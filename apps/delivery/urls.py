from django.urls import path

from apps.delivery import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="list"),
    path("results.csv", views.tables, name="tables"),
    path("<reference:reference>/", views.job, name="detail"),
    path("<reference:reference>/status/", views.status, name="status"),
    path("<reference:reference>/trail/", views.trail, name="trail"),
    path("<reference:reference>/seen/", views.seen, name="seen"),
    path("<reference:reference>/result.json", views.result, name="result"),
    path("<reference:reference>/result.csv", views.table, name="table"),
    path("<reference:reference>/transcript.txt", views.transcript, name="transcript"),
    path("<reference:reference>/fields/<slug:name>/", views.ask_reveal, name="ask_reveal"),
    path("<reference:reference>/fields/<slug:name>/reveal/", views.reveal, name="reveal"),
]
